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

export const and = (a: Value, b: Value): Value => apply(And, [a, b], {})[0];
