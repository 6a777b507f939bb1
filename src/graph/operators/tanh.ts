import { apply, type Value } from '../value.js';
import { mul } from './mul.js';
import { sub } from './sub.js';
import { unary } from './unary.js';

export const Tanh = unary({
  name: 'Tanh',
  doc: 'Hyperbolic tangent.',
  evaluate: (x) => Math.tanh(x),
  gradient: (_x, y, dy) => mul(dy, sub(1, mul(y, y))),
  domain: {},
  samples: [{}],
});

/** The hyperbolic tangent of x, elementwise. @throws AdarandError `graph.operand`, `graph.dtype`. */
export const tanh = (x: Value): Value => apply(Tanh, [x], {})[0];
