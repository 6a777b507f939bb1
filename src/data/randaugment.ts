import { at } from '../errors.js';
import type { Random } from '../random.js';
import { applyColour, brightness, contrast, meanGrey, saturation } from './colour.js';
import { autoContrast, equalize, posterize, solarize } from './tables.js';
import { sharpen, warp } from './warp.js';

/**
 * RandAugment (Cubuk et al. 2020): `n` operations drawn with replacement, all at magnitude `m` of 0 to 30.
 * Operations, ranges and the random sign are torchvision's (n = 2, m = 9 by default there); shears turn about
 * the picture's centre rather than its corner. Geometry takes the nearest pixel and fills with black.
 */
export interface RandAugment {
  readonly n: number;
  readonly m: number;
}

/** Applies the drawn operations to `[size, size, 3]` pixels in place. */
export function randAugment(pixels: Uint8Array, size: number, options: RandAugment, random: Random): void {
  const strength = options.m / 30;
  for (let i = 0; i < options.n; i++) {
    const operation = at(operations, random.below(operations.length));
    const sign = random.uniform() < 0.5 ? -1 : 1;
    operation(pixels, size, strength, sign);
  }
}

/** `strength` in [0, 1] covers the operation's range; `sign` chooses the direction where there are two. */
type Operation = (pixels: Uint8Array, size: number, strength: number, sign: number) => void;

const operations: readonly Operation[] = [
  function identity() {},
  function shearX(pixels, size, strength, sign) {
    warp(pixels, size, [1, 0.3 * strength * sign, 0, 1], 0, 0);
  },
  function shearY(pixels, size, strength, sign) {
    warp(pixels, size, [1, 0, 0.3 * strength * sign, 1], 0, 0);
  },
  function translateX(pixels, size, strength, sign) {
    warp(pixels, size, [1, 0, 0, 1], Math.trunc((150 / 331) * size * strength) * sign, 0);
  },
  function translateY(pixels, size, strength, sign) {
    warp(pixels, size, [1, 0, 0, 1], 0, Math.trunc((150 / 331) * size * strength) * sign);
  },
  function rotate(pixels, size, strength, sign) {
    const angle = ((30 * Math.PI) / 180) * strength * sign;
    warp(pixels, size, [Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)], 0, 0);
  },
  function brighten(pixels, _size, strength, sign) {
    applyColour(pixels, brightness(1 + 0.9 * strength * sign));
  },
  function saturate(pixels, _size, strength, sign) {
    applyColour(pixels, saturation(1 + 0.9 * strength * sign));
  },
  function changeContrast(pixels, _size, strength, sign) {
    applyColour(pixels, contrast(1 + 0.9 * strength * sign, meanGrey(pixels)));
  },
  function changeSharpness(pixels, size, strength, sign) {
    sharpen(pixels, size, 1 + 0.9 * strength * sign);
  },
  function posterizeBits(pixels, _size, strength) {
    posterize(pixels, 8 - Math.round(4 * strength));
  },
  function solarizeAbove(pixels, _size, strength) {
    solarize(pixels, 255 * (1 - strength));
  },
  autoContrast,
  equalize,
];
