import { float32 } from '../../graph/tensor.js';
import { constant, type Value } from '../../graph/value.js';

/** The identity matrix, a constant [size, size]. */
export function identity(size: number): Value {
  const ones = Float32Array.from({ length: size ** 2 }, (_, i) => Number(i % (size + 1) === 0));
  return constant(float32([size, size], ones));
}
