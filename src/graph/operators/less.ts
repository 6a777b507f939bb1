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

export const less = (a: Operand, b: Operand): Value => apply(Less, operandPair('Less', a, b), {})[0];
