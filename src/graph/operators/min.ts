import { type Operand, operandPair } from '../operand.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';
import { cast } from './cast.js';
import { greater } from './greater.js';
import { mul } from './mul.js';

export const Min = binary({
  name: 'Min',
  doc: 'The smaller of a and b, broadcasting.',
  evaluate: (a, b) => Math.min(a, b),
  gradient: (a, b, _y, dy) => [
    () => mul(dy, cast(greater(b, a), 'float32')),
    () => mul(dy, cast(greater(a, b), 'float32')),
  ],
});

export const min = (a: Operand, b: Operand): Value => apply(Min, operandPair('Min', a, b), {})[0];
