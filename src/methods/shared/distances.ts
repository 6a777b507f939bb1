import { z } from 'zod';
import { abs } from '../../graph/operators/abs.js';
import { div } from '../../graph/operators/div.js';
import { matmul } from '../../graph/operators/matmul.js';
import { max } from '../../graph/operators/max.js';
import { mul } from '../../graph/operators/mul.js';
import { reduceSum } from '../../graph/operators/reduce-sum.js';
import { reshape } from '../../graph/operators/reshape.js';
import { sqrt } from '../../graph/operators/sqrt.js';
import { sizeOf } from '../../graph/tensor.js';
import { scalar, type Value } from '../../graph/value.js';

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
  const count = reduction === 'mean' ? sizeOf(x.shape) : (x.shape[0] ?? 1);
  return mul(total(x), scalar(1 / count));
}

/** The sum of all elements, as a scalar. */
export const total = (x: Value): Value => reshape(reduceSum(x), []);

/** Rows of x [K, d] scaled to length 1; norms are clamped at 1e-8, under the root, whose slope at 0 is infinite. */
export function unitRows(x: Value): Value {
  return div(x, sqrt(max(reduceSum(mul(x, x), [1]), scalar(1e-16))));
}

/** Cosines between all rows of u and all rows of v: [K, L] from [K, d] and [L, d], never K x L x d. */
export const cosines = (u: Value, v: Value): Value => matmul(unitRows(u), unitRows(v), { transposeB: true });

/** Cosine of each row of u with the same row of v: [K, 1]. */
export const rowCosines = (u: Value, v: Value): Value => reduceSum(mul(unitRows(u), unitRows(v)), [1]);
