import type { Value } from '../value.js';
import { and } from './and.js';
import { cast } from './cast.js';
import { greater } from './greater.js';
import { less } from './less.js';

/** 1 where low < x < high, else 0: the derivative of what is linear there, and constant outside. */
export function within(x: Value, low: number, high: number): Value {
  const above = greater(x, low);
  return cast(high === Number.POSITIVE_INFINITY ? above : and(above, less(x, high)), 'float32');
}
