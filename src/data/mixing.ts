import { at } from '../errors.js';
import { Random } from '../random.js';
import type { Box } from './view.js';

/** The parameters of two Beta distributions; 0 leaves a kind of mixing out. */
export interface Mixing {
  /** mixup (Zhang et al. 2018): weighted means of two images. */
  readonly mixup: number;
  /** CutMix (Yun et al. 2019): a rectangle of one image in the other. */
  readonly cutmix: number;
}

export interface MixOptions extends Mixing {
  readonly imageSize: number;
  readonly seed: number;
  readonly epoch: number;
  /** Steps of this epoch that are already done. Default 0. */
  readonly firstStep?: number;
}

interface Images {
  /** `[B, imageSize, imageSize, 3]`; changed in place. */
  readonly pixels: Uint8Array;
  readonly labels: Int32Array;
}

/** The classes of a mixed batch: image i has `share` of `labels[i]`, at least one half, and the rest of `mixture.labels[i]`. */
export interface MixedLabels {
  readonly labels: Int32Array;
  readonly mixture: { readonly labels: Int32Array; readonly share: number };
}

/**
 * Mixes each batch; without either kind, the batches themselves. What happens to a batch is a function of the seed, the
 * epoch and its place in it.
 */
export async function* mixedBatches<B extends Images>(
  batches: AsyncGenerator<B>,
  { mixup, cutmix, imageSize, seed, epoch, firstStep = 0 }: MixOptions,
): AsyncGenerator<B & Partial<MixedLabels>, void, undefined> {
  if (mixup === 0 && cutmix === 0) {
    yield* batches;
    return;
  }
  let step = firstStep;
  for await (const batch of batches) {
    const labels = mix(batch, { mixup, cutmix }, imageSize, new Random(seed, 'mixing', epoch, step));
    step += 1;
    yield { ...batch, ...labels };
  }
}

/**
 * Mixes image i with image B - 1 - i of a batch, whose order is random, by one draw for the whole batch, as timm does.
 * With both kinds, each has probability one half. In an odd batch, the middle image is mixed with itself.
 */
export function mix(
  { pixels, labels }: Images,
  { mixup, cutmix }: Mixing,
  imageSize: number,
  random: Random,
): MixedLabels {
  const cut = cutmix > 0 && (mixup === 0 || random.uniform() < 0.5);
  const drawn = random.beta(cut ? cutmix : mixup);
  if (!cut) {
    blend(pixels, labels.length, drawn);
    return shared(labels, drawn);
  }
  const box = cutBox(drawn, imageSize, random);
  exchange(pixels, box, imageSize);
  return shared(labels, 1 - (box.width * box.height) / imageSize ** 2);
}

function shared(labels: Int32Array, share: number): MixedLabels {
  const partners = labels.toReversed();
  return share < 0.5
    ? { labels: partners, mixture: { labels, share: 1 - share } }
    : { labels, mixture: { labels: partners, share } };
}

/** Rounded to whole levels, as timm's collation does. */
function blend(pixels: Uint8Array, images: number, share: number): void {
  const size = pixels.length / images;
  for (let i = 0; i < Math.floor(images / 2); i++) {
    const first = pixels.subarray(i * size, (i + 1) * size);
    const second = pixels.subarray((images - 1 - i) * size, (images - i) * size);
    for (let j = 0; j < size; j++) {
      const a = at(first, j);
      const b = at(second, j);
      first[j] = Math.round(share * a + (1 - share) * b);
      second[j] = Math.round(share * b + (1 - share) * a);
    }
  }
}

/**
 * A rectangle with `1 - share` of the area and the image's proportions, about a centre that is anywhere: it is clipped at
 * the border, so what it covers may be less (Yun et al. 2019, section 3.2 and their code).
 */
export function cutBox(share: number, imageSize: number, random: Random): Box {
  const half = Math.floor((imageSize * Math.sqrt(1 - share)) / 2);
  const [top, height] = clipped(random.below(imageSize), half, imageSize);
  const [left, width] = clipped(random.below(imageSize), half, imageSize);
  return { left, top, width, height };
}

function clipped(centre: number, half: number, size: number): [start: number, length: number] {
  const start = Math.max(0, centre - half);
  return [start, Math.min(size, centre + half) - start];
}

/** Two partners exchange what is in the box. */
function exchange(pixels: Uint8Array, { left, top, width, height }: Box, imageSize: number): void {
  const size = imageSize ** 2 * 3;
  const images = pixels.length / size;
  for (let i = 0; i < Math.floor(images / 2); i++)
    for (let y = top; y < top + height; y++) {
      const start = 3 * (y * imageSize + left);
      const row = (image: number) => pixels.subarray(image * size + start, image * size + start + 3 * width);
      const held = row(i).slice();
      row(i).set(row(images - 1 - i));
      row(images - 1 - i).set(held);
    }
}
