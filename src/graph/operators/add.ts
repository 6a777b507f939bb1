import { type Operand, operandPair } from '../operand.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';

export const Add = binary({
  name: 'Add',
  doc: 'a + b, broadcasting.',
  evaluate: (a, b) => a + b,
  gradient: (_a, _b, _y, dy) => [() => dy, () => dy],
});

/**
 * a + b, elementwise; they broadcast to each other, and a number stands for a constant.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const add = (a: Operand, b: Operand): Value => apply(Add, operandPair('Add', a, b), {})[0];
