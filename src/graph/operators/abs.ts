import { apply, type Value } from '../value.js';
import { cast } from './cast.js';
import { greater } from './greater.js';
import { mul } from './mul.js';
import { sub } from './sub.js';
import { unary } from './unary.js';

export const Abs = unary({
  name: 'Abs',
  doc: 'Absolute value.',
  operand: 'numbers',
  evaluate: (x) => Math.abs(x),
  gradient: (x, _y, dy) => mul(dy, sub(mul(cast(greater(x, 0), 'float32'), 2), 1)),
  domain: { kinks: [0] },
  samples: [{}],
});

export const abs = (x: Value): Value => apply(Abs, [x], {})[0];
