import { type Operand, operandPair } from '../operand.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';
import { mul } from './mul.js';
import { shareOfLarger } from './share-of-larger.js';

export const Min = binary({
  name: 'Min',
  doc: 'The smaller of a and b, broadcasting. Where they are equal, each has half of the gradient.',
  evaluate: (a, b) => Math.min(a, b),
  gradient: (a, b, _y, dy) => [() => mul(dy, shareOfLarger(b, a)), () => mul(dy, shareOfLarger(a, b))],
});

/**
 * The smaller of a and b at each place; they broadcast to each other, and a number stands for a constant.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const min = (a: Operand, b: Operand): Value => apply(Min, operandPair('Min', a, b), {})[0];
