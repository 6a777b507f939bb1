import { logSoftmax } from '../analysis/softmax.js';
import { at } from '../errors.js';

/** What else of an image is classified, and averaged with it: nothing, or its mirror image. */
export const testTimeAugmentations = ['none', 'flip'] as const;

export type TestTimeAugmentation = (typeof testTimeAugmentations)[number];

/** Mirrors pixels [N, height, width, 3] left to right, in place. */
export function mirror(pixels: Uint8Array, width: number): void {
  const row = 3 * width;
  for (let start = 0; start < pixels.length; start += row)
    for (let x = 0; x < Math.floor(width / 2); x++) {
      const left = start + 3 * x;
      const right = start + 3 * (width - 1 - x);
      const held = pixels.slice(left, left + 3);
      pixels.copyWithin(left, right, right + 3);
      pixels.set(held, right);
    }
}

/** Logits whose softmax is the mean of those of two rows: the logarithms of that mean. */
export function logMeanSoftmax(one: Float32Array, other: Float32Array): Float32Array {
  const others = logSoftmax(other);
  return Float32Array.from(logSoftmax(one), (a, k) => {
    const b = at(others, k);
    const larger = Math.max(a, b);
    return larger + Math.log((Math.exp(a - larger) + Math.exp(b - larger)) / 2);
  });
}
