import { noGradient } from '../operator.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';

export const And = binary({
  name: 'And',
  doc: 'Whether both, elementwise, broadcasting.',
  operands: 'bools',
  result: 'bool',
  evaluate: (a, b) => Number(a !== 0 && b !== 0),
  gradient: () => [noGradient, noGradient],
});

/**
 * Whether both of a and b, which are bools and broadcast to each other, hold: bools.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const and = (a: Value, b: Value): Value => apply(And, [a, b], {})[0];
