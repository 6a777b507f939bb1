import { apply, type Value } from '../value.js';
import { cast } from './cast.js';
import { equal } from './equal.js';
import { mul } from './mul.js';
import { reduceAxes, reduction } from './reduce.js';

/** Tied maxima each receive the whole gradient. */
export const ReduceMax = reduction({
  name: 'ReduceMax',
  doc: 'Largest element over axes, which keep size 1.',
  evaluate: (elements) => Math.max(...elements),
  gradient: (x, y, dy) => mul(cast(equal(x, y), 'float32'), dy),
  distinct: true,
});

export const reduceMax = (x: Value, axes?: readonly number[]): Value =>
  apply(ReduceMax, [x], reduceAxes('ReduceMax', x, axes))[0];
