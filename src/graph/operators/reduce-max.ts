import { apply, type Value } from '../value.js';
import { cast } from './cast.js';
import { div } from './div.js';
import { equal } from './equal.js';
import { mul } from './mul.js';
import { reduceAxes, reduction } from './reduce.js';
import { reduceSum } from './reduce-sum.js';

export const ReduceMax = reduction({
  name: 'ReduceMax',
  doc: 'Largest element over axes, which keep size 1. Equal ones share the gradient.',
  evaluate: (elements) => Math.max(...elements),
  gradient: (x, y, dy, { axes }) => {
    const largest = cast(equal(x, y), 'float32');
    return mul(largest, div(dy, reduceSum(largest, axes)));
  },
  distinct: true,
});

/**
 * The largest element over `axes` (all unless given), which keep size 1.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const reduceMax = (x: Value, axes?: readonly number[]): Value =>
  apply(ReduceMax, [x], reduceAxes('ReduceMax', x, axes))[0];
