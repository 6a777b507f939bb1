import { z } from 'zod';
import { at } from '../../errors.js';
import { abs, mul, sizeOf, type Value } from '../../graph/ops.js';
import { sum } from '../../nn/functional.js';

/**
 * How a sum over batch and features becomes one number. `mean`: divided by B d, as PyTorch's MSE does; what
 * lambda = 1 belongs to. `sum`: divided by B only, what ||.||^2 averaged over the batch means in the papers;
 * d times as large.
 */
const reductions = ['mean', 'sum'] as const;
export type Reduction = (typeof reductions)[number];

/** The option of every method that has the choice. */
export const reductionOption = z
  .enum(reductions)
  .default('mean')
  .describe('divide by batch and features, or by the batch only');

/** The reduction of squared elements of x [B, d]. */
export const squared = (x: Value, reduction: Reduction): Value => reduce(mul(x, x), reduction);

/** The reduction of absolute elements of x [B, d]. */
export const absolute = (x: Value, reduction: Reduction): Value => reduce(abs(x), reduction);

function reduce(x: Value, reduction: Reduction): Value {
  return mul(sum(x), 1 / (reduction === 'mean' ? sizeOf(x.shape) : at(x.shape, 0)));
}
