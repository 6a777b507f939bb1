import { type Operand, operandPair } from '../operand.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';
import { mul } from './mul.js';
import { neg } from './neg.js';

/** d(a/b)/db = -(a/b)/b. */
export const Div = binary({
  name: 'Div',
  doc: 'a / b, broadcasting.',
  evaluate: (a, b) => a / b,
  gradient: (_a, b, y, dy) => [() => div(dy, b), () => neg(div(mul(dy, y), b))],
  domainB: { range: [0.5, 2] },
});

/**
 * a / b, elementwise; they broadcast to each other, and a number stands for a constant.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const div = (a: Operand, b: Operand): Value => apply(Div, operandPair('Div', a, b), {})[0];
