import { matmul } from '../src/graph/operators/matmul.js';
import { float32 } from '../src/graph/tensor.js';
import { input } from '../src/graph/value.js';
import { nodeDriver } from '../src/runtime/node.js';
import { Program } from '../src/runtime/program.js';
import { State } from '../src/runtime/state.js';

const SIZE = 1024;

/** GFLOP/s of this machine's product of two 1024 x 1024 matrices: the lower quartile of the times. */
export async function gemmRate(threads: number, rounds: number): Promise<number> {
  const type = { dtype: 'float32', shape: [SIZE, SIZE] } as const;
  const product = matmul(input('a', type), input('b', type));
  const graph = { outputs: new Map([['c', product]]), updates: new Map() };
  const program = await Program.compile(graph, { driver: nodeDriver, device: 'cpu', threads });
  const matrix = float32(type.shape, new Float32Array(SIZE * SIZE).fill(0.5));
  const feeds = new Map([
    ['a', matrix],
    ['b', matrix],
  ]);
  const state = new State();
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const started = performance.now();
    await program.run(state, feeds);
    times.push(performance.now() - started);
  }
  await program.release();
  const sorted = times.sort((a, b) => a - b);
  return (2 * SIZE ** 3) / 1e6 / (sorted[Math.floor(rounds / 4)] ?? 1);
}
