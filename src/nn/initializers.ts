import { at } from '../errors.js';
import { type Shape, sizeOf } from '../graph/tensor.js';
import type { Random } from '../random.js';

/** Draws the initial elements of a tensor, row-major. */
export type Initializer = (shape: Shape, random: Random) => Float32Array;

/** Zeros: biases, offsets, running means. */
export const zero: Initializer = (shape) => new Float32Array(sizeOf(shape));

/** Ones: scales, running variances. */
export const one: Initializer = (shape) => new Float32Array(sizeOf(shape)).fill(1);

/** N(0, std^2). Classification heads use std 0.01. */
export function normal(std: number): Initializer {
  return (shape, random) => new Float32Array(sizeOf(shape)).map(() => std * random.normal());
}

/** N(0, std^2) limited to two standard deviations by drawing again: transformers' weights (std 0.02). */
export function truncatedNormal(std: number): Initializer {
  return (shape, random) =>
    new Float32Array(sizeOf(shape)).map(() => {
      for (;;) {
        const value = random.normal();
        if (Math.abs(value) <= 2) return std * value;
      }
    });
}

/** He et al. 2015: N(0, 2 / fanOut), which keeps the variance of gradients through ReLU layers. */
export const heNormal: Initializer = (shape, random) => normal(Math.sqrt(2 / fanOut(shape)))(shape, random);

/** Of a matrix [out,in] or a kernel [out,in,kh,kw]; as in torch, groups do not count. */
const fanOut = (shape: Shape) => at(shape, 0) * sizeOf(shape.slice(2));
