import { add, constant, mul, scalar, type Tensor, type Value } from '../../graph/ops.js';
import { sum } from '../../nn/functional.js';
import { channelsOf, pixelsOf, sumPixels } from './feature-maps.js';

/** Weights of the channels [C] of the feature map in a role; undefined for DELTA without attention. */
export type Attentions = ((role: string) => Tensor<'float32'>) | undefined;

/**
 * sum_l C_l / (h_l w_l) sum_b sum_c a_lc ||F_lbc||^2, a scalar, of maps F_l by role; without attention
 * sum_l ||F_l||^2.
 */
export function weightedSquares(maps: ReadonlyMap<string, Value>, attentions: Attentions): Value {
  const terms = [...maps].map(([role, map]) => {
    const squares = sumPixels(mul(map, map));
    if (attentions === undefined) return sum(squares);
    return mul(sum(mul(squares, constant(attentions(role)))), channelsOf(map) / pixelsOf(map));
  });
  return terms.reduce(add, scalar(0));
}
