import { type Operand, operandPair } from '../operand.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';
import { mul } from './mul.js';
import { shareOfLarger } from './share-of-larger.js';

export const Max = binary({
  name: 'Max',
  doc: 'The larger of a and b, broadcasting. Where they are equal, each has half of the gradient.',
  evaluate: (a, b) => Math.max(a, b),
  gradient: (a, b, _y, dy) => [() => mul(dy, shareOfLarger(a, b)), () => mul(dy, shareOfLarger(b, a))],
});

/**
 * The larger of a and b at each place, not of a's elements (`reduceMax`); they broadcast to each other.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const max = (a: Operand, b: Operand): Value => apply(Max, operandPair('Max', a, b), {})[0];
