import { apply, type Value } from '../value.js';
import { mul } from './mul.js';
import { unary } from './unary.js';
import { within } from './within.js';

export const HardSigmoid = unary<{ readonly alpha: number; readonly beta: number }>({
  name: 'HardSigmoid',
  doc: 'clip(alpha x + beta, 0, 1).',
  evaluate: (x, { alpha, beta }) => Math.min(1, Math.max(0, alpha * x + beta)),
  gradient: (x, _y, dy, { alpha, beta }) => {
    if (alpha === 0) return mul(dy, 0);
    const edges = [-beta / alpha, (1 - beta) / alpha];
    return mul(dy, mul(within(x, Math.min(...edges), Math.max(...edges)), alpha));
  },
  emit: (e, inputs, { attributes: { alpha, beta } }) =>
    e.op('HardSigmoid', inputs, { alpha: { float: alpha }, beta: { float: beta } }),
  domain: { range: [-4, 4], kinks: [-2.5, 2.5, -3, 3] },
  samples: [
    { alpha: 0.2, beta: 0.5 },
    { alpha: 1 / 6, beta: 0.5 },
    { alpha: -0.2, beta: 0.5 },
    { alpha: 0, beta: 0.5 },
  ],
});

/**
 * alpha x + beta limited to [0, 1], elementwise. Neither has a default.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`.
 */
export const hardSigmoid = (x: Value, alpha: number, beta: number): Value =>
  apply(HardSigmoid, [x], { alpha, beta })[0];
