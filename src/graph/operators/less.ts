import { flat } from '../operator.js';
import { apply, type Operand, operand, type Value } from '../value.js';
import { binary } from './binary.js';

export const Less = binary({
  name: 'Less',
  doc: 'Whether a < b, elementwise, broadcasting.',
  result: 'bool',
  evaluate: (a, b) => Number(a < b),
  gradient: flat,
});

export const less = (a: Operand, b: Operand): Value => apply(Less, [operand(a), operand(b)], {})[0];
