import { apply, type Value } from '../value.js';
import { mul } from './mul.js';
import { unary } from './unary.js';

export const Exp = unary({
  name: 'Exp',
  doc: 'e to the power x.',
  evaluate: (x) => Math.exp(x),
  gradient: (_x, y, dy) => mul(dy, y),
  domain: {},
  samples: [{}],
});

/** e to the power x, elementwise. @throws AdarandError `graph.operand`, `graph.dtype`. */
export const exp = (x: Value): Value => apply(Exp, [x], {})[0];
