import { apply, type Value } from '../value.js';
import { add } from './add.js';
import { cast } from './cast.js';
import { greater } from './greater.js';
import { mul } from './mul.js';
import { unary } from './unary.js';

export const LeakyRelu = unary<{ readonly alpha: number }>({
  name: 'LeakyRelu',
  doc: 'x where x > 0, else alpha x.',
  evaluate: (x, { alpha }) => (x > 0 ? x : alpha * x),
  gradient: (x, _y, dy, { alpha }) => {
    const positive = cast(greater(x, 0), 'float32');
    return mul(dy, add(mul(positive, 1 - alpha), alpha));
  },
  emit: (e, inputs, { attributes: { alpha } }) => e.op('LeakyRelu', inputs, { alpha: { float: alpha } }),
  domain: { kinks: [0] },
  samples: [{ alpha: 0.1 }],
});

/** x where x > 0, else alpha x, elementwise. @throws AdarandError `graph.operand`, `graph.dtype`. */
export const leakyRelu = (x: Value, alpha: number): Value => apply(LeakyRelu, [x], { alpha })[0];
