import { apply, type Value } from '../value.js';
import { erfOf } from './erf.js';
import { geluGradient } from './gelu-gradient.js';
import { unary } from './unary.js';

export const Gelu = unary({
  name: 'Gelu',
  doc: 'x Phi(x), Phi the standard normal distribution function (exact form).',
  evaluate: (x) => 0.5 * x * (1 + erfOf(x * Math.SQRT1_2)),
  gradient: (x, _y, dy) => geluGradient(x, dy),
  emit: (e, inputs) => e.op('Gelu', inputs, {}, { domain: 'com.microsoft' }),
  domain: { range: [-3, 3] },
  samples: [{}],
});

/**
 * x Phi(x), elementwise, in the exact form: Phi is the standard normal distribution function.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`.
 */
export const gelu = (x: Value): Value => apply(Gelu, [x], {})[0];
