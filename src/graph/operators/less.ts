import { type Operand, operandPair } from '../operand.js';
import { noGradient } from '../operator.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';

export const Less = binary({
  name: 'Less',
  doc: 'Whether a < b, elementwise, broadcasting.',
  result: 'bool',
  evaluate: (a, b) => Number(a < b),
  gradient: () => [noGradient, noGradient],
});

/**
 * Whether a < b, elementwise: bools. They are numbers of one type, and broadcast to each other.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const less = (a: Operand, b: Operand): Value => apply(Less, operandPair('Less', a, b), {})[0];
