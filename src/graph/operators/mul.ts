import { type Operand, operandPair } from '../operand.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';

export const Mul = binary({
  name: 'Mul',
  doc: 'a * b, broadcasting.',
  evaluate: (a, b) => a * b,
  gradient: (a, b, _y, dy) => [() => mul(dy, b), () => mul(dy, a)],
});

export const mul = (a: Operand, b: Operand): Value => apply(Mul, operandPair('Mul', a, b), {})[0];
