import { apply, type Value } from '../value.js';
import { expand } from './expand.js';
import { mul } from './mul.js';
import { reduceAxes, reduction } from './reduce.js';

export const ReduceMean = reduction({
  name: 'ReduceMean',
  doc: 'Mean over axes, which keep size 1.',
  evaluate: (elements) => elements.reduce((sum, element) => sum + element, 0) / elements.length,
  gradient: (x, _y, dy, { count }) => expand(mul(dy, 1 / count), x.shape),
});

/**
 * The mean over `axes` (all unless given), which keep size 1.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const reduceMean = (x: Value, axes?: readonly number[]): Value =>
  apply(ReduceMean, [x], reduceAxes('ReduceMean', x, axes))[0];
