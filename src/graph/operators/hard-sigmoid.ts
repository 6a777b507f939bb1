import { apply, type Value } from '../value.js';
import { mul } from './mul.js';
import { unary } from './unary.js';
import { within } from './within.js';

export const HardSigmoid = unary<{ readonly alpha: number; readonly beta: number }>({
  name: 'HardSigmoid',
  doc: 'clip(alpha x + beta, 0, 1).',
  evaluate: (x, { alpha, beta }) => Math.min(1, Math.max(0, alpha * x + beta)),
  gradient: (x, _y, dy, { alpha, beta }) => mul(dy, mul(within(x, -beta / alpha, (1 - beta) / alpha), alpha)),
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
