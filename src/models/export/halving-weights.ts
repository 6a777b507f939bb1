import { cornerOfCentre } from '../../data/view.js';

/**
 * A triangle filter (1/8, 3/8, 3/8, 1/8), as evaluation has it, made sharper by the little that the resizing before it
 * has blurred: of six outer weights from 0.05 to 0.15, 0.11 and 0.1 came closest to evaluation's own answers.
 */
export const halvingWeights = [7 / 64, 25 / 64, 25 / 64, 7 / 64] as const;

/**
 * How much later than at its first pixel the halving of an image of twice the size begins, in pixels of that size: -1, 0 or 1.
 * What runs an exported file cuts out its square in the middle; evaluation rounds the corner of its own to a whole pixel, which
 * is half a pixel beside the middle where `resizeSize` and `imageSize` differ by an odd number.
 */
export function halvingShift({ imageSize, resizeSize }: HalvedSizes): number {
  return 2 * cornerOfCentre(resizeSize, imageSize) - cornerOfCentre(2 * resizeSize, 2 * imageSize);
}

export interface HalvedSizes {
  /** The network's own side. */
  readonly imageSize: number;
  /** The shorter side from whose centre it is taken. */
  readonly resizeSize: number;
}

/** A pixel of the halved line as a mean: how much of each of four pixels of the line [2 size] it is; those outside are left out. */
export function halvingTaps(
  i: number,
  { size, shift }: { readonly size: number; readonly shift: number },
): readonly { readonly pixel: number; readonly weight: number }[] {
  return halvingWeights
    .map((weight, k) => ({ pixel: 2 * i - 1 + shift + k, weight }))
    .filter(({ pixel }) => pixel >= 0 && pixel < 2 * size);
}
