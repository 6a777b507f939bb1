import { type Operand, operandPair } from '../operand.js';
import { noGradient } from '../operator.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';

export const Equal = binary({
  name: 'Equal',
  doc: 'Whether a = b, elementwise, broadcasting.',
  operands: 'any',
  result: 'bool',
  evaluate: (a, b) => Number(a === b),
  gradient: () => [noGradient, noGradient],
});

/**
 * Whether a = b, elementwise: bools. They are of one type, any, and broadcast to each other.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const equal = (a: Operand, b: Operand): Value => apply(Equal, operandPair('Equal', a, b), {})[0];
