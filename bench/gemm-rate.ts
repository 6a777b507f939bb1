import { matmul } from '../src/graph/operators/matmul.js';
import { float32 } from '../src/graph/tensor.js';
import { input } from '../src/graph/value.js';
import { measuredRate } from './measured-rate.js';

const SIZE = 1024;

/** GFLOP/s of this machine's product of two 1024 x 1024 matrices. */
export function gemmRate(threads: number, rounds: number): Promise<number> {
  const type = { dtype: 'float32', shape: [SIZE, SIZE] } as const;
  const matrix = float32(type.shape, new Float32Array(SIZE * SIZE).fill(0.5));
  const feeds = new Map([
    ['a', matrix],
    ['b', matrix],
  ]);
  const amount = (2 * SIZE ** 3) / 1e9;
  return measuredRate(matmul(input('a', type), input('b', type)), feeds, { amount, threads, rounds });
}
