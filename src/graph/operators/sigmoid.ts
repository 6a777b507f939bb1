import { apply, type Value } from '../value.js';
import { mul } from './mul.js';
import { sub } from './sub.js';
import { unary } from './unary.js';

export const Sigmoid = unary({
  name: 'Sigmoid',
  doc: '1 / (1 + exp(-x)).',
  evaluate: (x) => 1 / (1 + Math.exp(-x)),
  gradient: (_x, y, dy) => mul(dy, mul(y, sub(1, y))),
  domain: {},
  samples: [{}],
});

/** 1 / (1 + exp(-x)), elementwise. @throws AdarandError `graph.operand`, `graph.dtype`. */
export const sigmoid = (x: Value): Value => apply(Sigmoid, [x], {})[0];
