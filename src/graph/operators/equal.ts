import { flat } from '../operator.js';
import { apply, type Operand, operand, type Value } from '../value.js';
import { binary } from './binary.js';

export const Equal = binary({
  name: 'Equal',
  doc: 'Whether a = b, elementwise, broadcasting.',
  result: 'bool',
  evaluate: (a, b) => Number(a === b),
  gradient: flat,
});

export const equal = (a: Operand, b: Operand): Value => apply(Equal, [operand(a), operand(b)], {})[0];
