import { apply, type Value } from '../value.js';
import { cast } from './cast.js';
import { greater } from './greater.js';
import { less } from './less.js';
import { mul } from './mul.js';
import { sub } from './sub.js';
import { unary } from './unary.js';

export const Abs = unary({
  name: 'Abs',
  doc: 'Absolute value; its gradient at 0 is 0.',
  operand: 'numbers',
  evaluate: (x) => Math.abs(x),
  gradient: (x, _y, dy) => mul(dy, sub(cast(greater(x, 0), 'float32'), cast(less(x, 0), 'float32'))),
  domain: { kinks: [0] },
  samples: [{}],
});

/**
 * The absolute value of x, elementwise, of any numbers.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`.
 */
export const abs = (x: Value): Value => apply(Abs, [x], {})[0];
