import { apply, type Value } from '../value.js';
import { div } from './div.js';
import { unary } from './unary.js';

export const Log = unary({
  name: 'Log',
  doc: 'Natural logarithm.',
  evaluate: (x) => Math.log(x),
  gradient: (x, _y, dy) => div(dy, x),
  domain: { range: [0.5, 2] },
  samples: [{}],
});

/** The natural logarithm of x, elementwise. @throws AdarandError `graph.operand`, `graph.dtype`. */
export const log = (x: Value): Value => apply(Log, [x], {})[0];
