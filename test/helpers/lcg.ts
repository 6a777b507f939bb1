import { invariant } from '../../src/errors.js';
import { float32, type Shape, sizeOf, type Tensor } from '../../src/graph/tensor.js';

/**
 * A tensor named by how it is made, as golden files hold their inputs: filled in row-major order with
 * float32(offset + scale * value), where the values are `lcg(seed)`'s. `oracle/lcg.py` is its counterpart.
 */
export interface Recipe {
  readonly shape: Shape;
  readonly seed: number;
  readonly scale: number;
  readonly offset: number;
}

export function tensorOf(recipe: Recipe): Tensor<'float32'> {
  const data = lcg(recipe.seed, sizeOf(recipe.shape));
  for (let i = 0; i < data.length; i++) data[i] = recipe.offset + recipe.scale * (data[i] ?? 0);
  return float32(recipe.shape, data);
}

/**
 * `count` numbers in [-1, 1) that Python and TypeScript agree on to the last bit: u <- (1664525 u + 1013904223) mod
 * 2^32, stepped before each value, u starting at `seed`; value = float32(u / 2^32 * 2 - 1).
 */
export function lcg(seed: number, count: number): Float32Array {
  invariant(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32, `seed ${seed} is no 32-bit integer`);
  const values = new Float32Array(count);
  let state = seed;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = (state / 2 ** 32) * 2 - 1;
  }
  return values;
}

/** Dot product with a vector of signs: -1 where `lcg(seed)` is negative, else +1; summed in float64. */
export function dotWithSigns(data: Float32Array, seed: number): number {
  const values = lcg(seed, data.length);
  return data.reduce((sum, value, i) => ((values[i] ?? 0) < 0 ? sum - value : sum + value), 0);
}

/** Numbers between -1 and 1. */
export const uniform = (seed: number, shape: Shape) => tensorOf({ shape, seed, scale: 1, offset: 0 });
