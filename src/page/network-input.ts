import type { Pixels } from '../data/image.js';
import { renderView } from '../data/resample.js';
import { centreView } from '../data/view.js';
import { type HalvedSizes, halvingShift, halvingTaps } from '../models/export/halving-weights.js';
import type { Classifier } from '../models/export/web/page-classifier.js';

/** What the network sees of a picture, `[imageSize, imageSize, 3]`: the pixels that evaluation takes. */
export function seenOf(
  picture: Pixels,
  { imageSize, resizeSize }: Pick<Classifier, 'imageSize' | 'resizeSize'>,
): Uint8Array<ArrayBuffer> {
  const seen = new Uint8Array(imageSize ** 2 * 3);
  renderView(picture, centreView(picture, resizeSize, imageSize), imageSize, seen);
  return seen;
}

/**
 * The graph's input, `[3, S, S]`, from what the network is to see. For a graph that halves its images, these are images of
 * twice the size which are exactly that when they are halved.
 */
export function pixelValues(
  seen: Uint8Array,
  classifier: Pick<Classifier, 'imageSize' | 'resizeSize' | 'halved' | 'mean' | 'std'>,
): Float32Array<ArrayBuffer> {
  const { imageSize, halved, mean, std } = classifier;
  const area = imageSize ** 2;
  const factor = halved ? 4 : 1;
  const values = new Float32Array(3 * area * factor);
  for (let channel = 0; channel < 3; channel++) {
    const [middle = 0, spread = 1] = [mean[channel], std[channel]];
    const plane = Float64Array.from(
      { length: area },
      (_, i) => ((seen[3 * i + channel] ?? 0) / 255 - middle) / spread,
    );
    values.set(halved ? doubled(plane, classifier) : plane, channel * area * factor);
  }
  return values;
}

/** A plane [2S, 2S] whose halving (`halvingTaps`) is a plane [S, S]. */
function doubled(plane: Float64Array, sizes: HalvedSizes): Float64Array {
  const [size, shift] = [sizes.imageSize, halvingShift(sizes)];
  const sharpened = plane.slice();
  for (let i = 0; i < size; i++) sharpen(sharpened, { start: i * size, step: 1, size, shift });
  for (let i = 0; i < size; i++) sharpen(sharpened, { start: i, step: size, size, shift });
  const result = new Float64Array(4 * plane.length);
  for (let y = 0; y < 2 * size; y++)
    for (let x = 0; x < 2 * size; x++)
      result[y * 2 * size + x] = sharpened[origin(y, size, shift) * size + origin(x, size, shift)] ?? 0;
  return result;
}

/** Which pixel of a line [size] a pixel of the line of twice as many is a copy of. */
function origin(pixel: number, size: number, shift: number): number {
  return Math.min(size - 1, Math.max(0, (pixel - shift) >> 1));
}

interface Line {
  readonly start: number;
  readonly step: number;
  readonly size: number;
  readonly shift: number;
}

/**
 * Doubling each pixel and halving again is a blur of a pixel and its two neighbours. This solves for the line that this
 * blur turns into the given one, in place (Thomas' algorithm).
 */
function sharpen(line: Float64Array, { start, step, size, shift }: Line): void {
  const upper = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const at = start + i * step;
    const { before, own, after } = blurOf(i, size, shift);
    const pivot = own - before * (upper[i - 1] ?? 0);
    upper[i] = after / pivot;
    line[at] = ((line[at] ?? 0) - before * (line[at - step] ?? 0)) / pivot;
  }
  for (let i = size - 2; i >= 0; i--) {
    const at = start + i * step;
    line[at] = (line[at] ?? 0) - (upper[i] ?? 0) * (line[at + step] ?? 0);
  }
}

/** The weights of a pixel and its neighbours: at the border, that of what lies outside is made up for by the others. */
function blurOf(i: number, size: number, shift: number) {
  const taps = halvingTaps(i, { size, shift });
  const sum = taps.reduce((total, { weight }) => total + weight, 0);
  const of = (wanted: number) =>
    taps.reduce(
      (total, { pixel, weight }) => total + (origin(pixel, size, shift) === wanted ? weight : 0),
      0,
    ) / sum;
  return { before: of(i - 1), own: of(i), after: of(i + 1) };
}
