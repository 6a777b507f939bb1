import type { Pixels } from '../data/image.js';
import { renderView } from '../data/resample.js';
import { centreView } from '../data/view.js';
import { halvingWeights } from '../models/export/halving-weights.js';
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
  { imageSize, halved, mean, std }: Pick<Classifier, 'imageSize' | 'halved' | 'mean' | 'std'>,
): Float32Array<ArrayBuffer> {
  const area = imageSize ** 2;
  const factor = halved ? 4 : 1;
  const values = new Float32Array(3 * area * factor);
  for (let channel = 0; channel < 3; channel++) {
    const [middle = 0, spread = 1] = [mean[channel], std[channel]];
    const plane = Float64Array.from(
      { length: area },
      (_, i) => ((seen[3 * i + channel] ?? 0) / 255 - middle) / spread,
    );
    values.set(halved ? doubled(plane, imageSize) : plane, channel * area * factor);
  }
  return values;
}

/** A plane [2S, 2S] whose halving (`halvingWeights`) is a plane [S, S]. */
function doubled(plane: Float64Array, size: number): Float64Array {
  const sharpened = plane.slice();
  for (let i = 0; i < size; i++) {
    sharpen(sharpened, i * size, 1, size);
  }
  for (let i = 0; i < size; i++) {
    sharpen(sharpened, i, size, size);
  }
  const result = new Float64Array(4 * plane.length);
  for (let y = 0; y < 2 * size; y++) {
    for (let x = 0; x < 2 * size; x++) {
      result[y * 2 * size + x] = sharpened[(y >> 1) * size + (x >> 1)] ?? 0;
    }
  }
  return result;
}

/**
 * Doubling each pixel and halving again is a blur: of a pixel (twice the inner weight) and its two neighbours (the outer
 * weight). This solves for the line that this blur turns into the given one, in place (Thomas' algorithm).
 */
function sharpen(line: Float64Array, start: number, step: number, size: number): void {
  const [outer, inner] = halvingWeights;
  const own = 2 * inner;
  const upper = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const at = start + i * step;
    // At the border, the weight of what lies outside is made up for by the others.
    const sum = own + (i > 0 ? outer : 0) + (i < size - 1 ? outer : 0);
    const before = i > 0 ? outer : 0;
    const pivot = own - before * (upper[i - 1] ?? 0);
    upper[i] = outer / pivot;
    line[at] = (sum * (line[at] ?? 0) - before * (line[at - step] ?? 0)) / pivot;
  }
  for (let i = size - 2; i >= 0; i--) {
    const at = start + i * step;
    line[at] = (line[at] ?? 0) - (upper[i] ?? 0) * (line[at + step] ?? 0);
  }
}
