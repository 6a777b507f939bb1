import { apply, type Value } from '../value.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { unary } from './unary.js';

export const Reciprocal = unary({
  name: 'Reciprocal',
  doc: '1 / x.',
  evaluate: (x) => 1 / x,
  gradient: (_x, y, dy) => neg(mul(dy, mul(y, y))),
  domain: { range: [0.5, 2] },
  samples: [{}],
});

/** 1 / x, elementwise. @throws AdarandError `graph.operand`, `graph.dtype`. */
export const reciprocal = (x: Value): Value => apply(Reciprocal, [x], {})[0];
