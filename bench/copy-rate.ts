import { mul } from '../src/graph/ops.js';
import { float32 } from '../src/graph/tensor.js';
import { input } from '../src/graph/value.js';
import { measuredRate } from './measured-rate.js';

/** Numbers: 100 MB, more than caches of one's own hold. */
const SIZE = 25e6;

/** GB/s that this machine reads and writes in a pass over a large tensor. */
export function copyRate(threads: number, rounds: number): Promise<number> {
  const x = input('x', { dtype: 'float32', shape: [SIZE] });
  const feeds = new Map([['x', float32([SIZE], new Float32Array(SIZE).fill(0.5))]]);
  return measuredRate(mul(x, 2), feeds, { amount: (2 * 4 * SIZE) / 1e9, threads, rounds });
}
