import { flat } from '../operator.js';
import { apply, type Operand, operand, type Value } from '../value.js';
import { binary } from './binary.js';

export const Greater = binary({
  name: 'Greater',
  doc: 'Whether a > b, elementwise, broadcasting.',
  result: 'bool',
  evaluate: (a, b) => Number(a > b),
  gradient: flat,
});

export const greater = (a: Operand, b: Operand): Value => apply(Greater, [operand(a), operand(b)], {})[0];
