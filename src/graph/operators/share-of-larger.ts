import type { Value } from '../value.js';
import { add } from './add.js';
import { cast } from './cast.js';
import { greater } from './greater.js';
import { less } from './less.js';
import { mul } from './mul.js';
import { sub } from './sub.js';

/** 1 where a > b, 1/2 where they are equal, else 0: what a has of the gradient of the larger of both. */
export function shareOfLarger(a: Value, b: Value): Value {
  const order = sub(cast(greater(a, b), 'float32'), cast(less(a, b), 'float32'));
  return mul(add(order, 1), 0.5);
}
