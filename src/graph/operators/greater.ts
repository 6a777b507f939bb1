import { flat } from '../operator.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';

export const Greater = binary({
  name: 'Greater',
  doc: 'Whether a > b, elementwise, broadcasting.',
  result: 'bool',
  evaluate: (a, b) => Number(a > b),
  gradient: flat,
});

export const greater = (a: Value, b: Value): Value => apply(Greater, [a, b], {})[0];
