import { type Operand, operandPair } from '../operand.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';

export const Mul = binary({
  name: 'Mul',
  doc: 'a * b, broadcasting.',
  evaluate: (a, b) => a * b,
  gradient: (a, b, _y, dy) => [() => mul(dy, b), () => mul(dy, a)],
});

/**
 * a * b, elementwise; they broadcast to each other, and a number stands for a constant.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const mul = (a: Operand, b: Operand): Value => apply(Mul, operandPair('Mul', a, b), {})[0];
