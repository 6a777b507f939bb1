import { requireValues } from '../require-values.js';
import { apply, type Value } from '../value.js';
import { and } from './and.js';
import { cast } from './cast.js';
import { greater } from './greater.js';
import { less } from './less.js';
import { mul } from './mul.js';
import { unary } from './unary.js';

/**
 * A factor so large that the ramp is a step. A HardSigmoid pass takes half the time of a comparison and a cast on
 * ONNX Runtime's CPU provider; a power of two keeps `STEEP * x - STEEP * edge` exact at x = edge.
 */
const STEEP = 2 ** 100;

export const HardSigmoid = unary<{ readonly alpha: number; readonly beta: number }>({
  name: 'HardSigmoid',
  doc: 'clip(alpha x + beta, 0, 1).',
  evaluate: (x, { alpha, beta }) => Math.min(1, Math.max(0, alpha * x + beta)),
  gradient: (x, _y, dy, { alpha, beta }) => mul(dy, mul(band(x, -beta / alpha, (1 - beta) / alpha), alpha)),
  emit: (e, inputs, { attributes: { alpha, beta } }) =>
    e.op('HardSigmoid', inputs, { alpha: { float: alpha }, beta: { float: beta } }),
  domain: { range: [-4, 4], kinks: [-2.5, 2.5, -3, 3] },
  samples: [
    { alpha: 0.2, beta: 0.5 },
    { alpha: 1 / 6, beta: 0.5 },
  ],
});

export const hardSigmoid = (x: Value, alpha: number, beta: number): Value =>
  apply(HardSigmoid, [x], { alpha, beta })[0];

/** 1 where x > 0, else 0. */
export const step = (x: Value): Value => hardSigmoid(x, STEEP, 0);

/**
 * 1 where low < x < high, else 0: the derivative of a ramp that is constant outside. Comparisons write bytes, so they
 * are cheap.
 */
export function band(x: Value, low: number, high: number): Value {
  requireValues('band', [x]);
  if (high === Number.POSITIVE_INFINITY) return hardSigmoid(x, STEEP, -STEEP * low);
  return cast(and(greater(x, low), less(x, high)), 'float32');
}
