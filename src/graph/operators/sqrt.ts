import { apply, type Value } from '../value.js';
import { div } from './div.js';
import { mul } from './mul.js';
import { unary } from './unary.js';

export const Sqrt = unary({
  name: 'Sqrt',
  doc: 'Square root.',
  evaluate: (x) => Math.sqrt(x),
  gradient: (_x, y, dy) => div(mul(dy, 0.5), y),
  domain: { range: [0.5, 2] },
  samples: [{}],
});

/** The square root of x, elementwise. @throws AdarandError `graph.operand`, `graph.dtype`. */
export const sqrt = (x: Value): Value => apply(Sqrt, [x], {})[0];
