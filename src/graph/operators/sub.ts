import { type Operand, operandPair } from '../operand.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';
import { neg } from './neg.js';

export const Sub = binary({
  name: 'Sub',
  doc: 'a - b, broadcasting.',
  evaluate: (a, b) => a - b,
  gradient: (_a, _b, _y, dy) => [() => dy, () => neg(dy)],
});

/**
 * a - b, elementwise; they broadcast to each other, and a number stands for a constant.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const sub = (a: Operand, b: Operand): Value => apply(Sub, operandPair('Sub', a, b), {})[0];
