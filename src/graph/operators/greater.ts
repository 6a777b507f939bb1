import { type Operand, operandPair } from '../operand.js';
import { noGradient } from '../operator.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';

export const Greater = binary({
  name: 'Greater',
  doc: 'Whether a > b, elementwise, broadcasting.',
  result: 'bool',
  evaluate: (a, b) => Number(a > b),
  gradient: () => [noGradient, noGradient],
});

/**
 * Whether a > b, elementwise: bools. They are numbers of one type, and broadcast to each other.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const greater = (a: Operand, b: Operand): Value => apply(Greater, operandPair('Greater', a, b), {})[0];
