import { apply, type Value } from '../value.js';
import { cast } from './cast.js';
import { greater } from './greater.js';
import { mul } from './mul.js';
import { unary } from './unary.js';

export const Relu = unary({
  name: 'Relu',
  doc: 'max(x, 0).',
  evaluate: (x) => Math.max(x, 0),
  gradient: (_x, y, dy) => mul(dy, cast(greater(y, 0), 'float32')),
  domain: { kinks: [0] },
  samples: [{}],
});

/** max(x, 0), elementwise. @throws AdarandError `graph.operand`, `graph.dtype`. */
export const relu = (x: Value): Value => apply(Relu, [x], {})[0];
