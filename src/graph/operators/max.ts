import { type Operand, operandPair } from '../operand.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';
import { cast } from './cast.js';
import { greater } from './greater.js';
import { mul } from './mul.js';

/** At a tie neither input has a gradient. */
export const Max = binary({
  name: 'Max',
  doc: 'The larger of a and b, broadcasting.',
  evaluate: (a, b) => Math.max(a, b),
  gradient: (a, b, _y, dy) => [
    () => mul(dy, cast(greater(a, b), 'float32')),
    () => mul(dy, cast(greater(b, a), 'float32')),
  ],
});

export const max = (a: Operand, b: Operand): Value => apply(Max, operandPair('Max', a, b), {})[0];
