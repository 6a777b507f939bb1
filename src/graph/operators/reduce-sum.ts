import { apply, type Value } from '../value.js';
import { expand } from './expand.js';
import { reduceAxes, reduction } from './reduce.js';

export const ReduceSum = reduction({
  name: 'ReduceSum',
  doc: 'Sum over axes, which keep size 1.',
  evaluate: (elements) => elements.reduce((sum, element) => sum + element, 0),
  gradient: (x, _y, dy) => expand(dy, x.shape),
});

/**
 * The sum over `axes` (all unless given), which keep size 1.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const reduceSum = (x: Value, axes?: readonly number[]): Value =>
  apply(ReduceSum, [x], reduceAxes('ReduceSum', x, axes))[0];
