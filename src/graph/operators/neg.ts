import { apply, type Value } from '../value.js';
import { unary } from './unary.js';

export const Neg = unary({
  name: 'Neg',
  doc: '-x.',
  operand: 'numbers',
  evaluate: (x) => -x,
  gradient: (_x, _y, dy) => neg(dy),
  domain: {},
  samples: [{}],
});

/** -x, elementwise, of any numbers. @throws AdarandError `graph.operand`, `graph.dtype`. */
export const neg = (x: Value): Value => apply(Neg, [x], {})[0];
