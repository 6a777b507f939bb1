import { apply, type Value } from '../value.js';
import { mul } from './mul.js';
import { unary } from './unary.js';
import { within } from './within.js';

/** The mask is taken from y, not x: y is usually needed by the next layer anyway, and x can then be freed. */
export const Clip = unary<{ readonly min: number; readonly max: number }>({
  name: 'Clip',
  doc: 'x limited to [min, max]; ReLU6 is [0, 6].',
  evaluate: (x, { min, max }) => Math.min(max, Math.max(min, x)),
  gradient: (_x, y, dy, { min, max }) => mul(dy, within(y, min, max)),
  emit: (e, [x], { attributes: { min, max } }) => e.op('Clip', [x, e.float32(min), e.float32(max)]),
  domain: { range: [-2, 8], kinks: [0, 6, -1, 1] },
  samples: [
    { min: 0, max: 6 },
    { min: -1, max: 1 },
    { min: 0, max: Number.POSITIVE_INFINITY },
  ],
});

/** x limited to [min, max], elementwise. @throws AdarandError `graph.operand`, `graph.dtype`. */
export const clip = (x: Value, min: number, max: number): Value => apply(Clip, [x], { min, max })[0];
