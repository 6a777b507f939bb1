import { median } from '../../analysis/statistics.js';
import { matmul } from '../../graph/operators/matmul.js';
import { zeros } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import { Program } from '../../runtime/program.js';
import { State } from '../../runtime/state.js';
import type { Speed } from '../operations/measure-speed.js';
import { driverFor } from './driver-for.js';

const SIDE = 1024;
const MILLISECONDS = 400;

/** The median of the products of less than half a second. */
export async function measureSpeed(): Promise<Speed> {
  const driver = await driverFor('cpu');
  const matrix = zeros('float32', [SIDE, SIDE]);
  const product = matmul(input('left', matrix), input('right', matrix));
  const graph = { outputs: new Map([['product', product]]), updates: new Map() };
  const program = await Program.compile(graph, { driver, device: 'cpu' });
  const feeds = new Map([
    ['left', matrix],
    ['right', matrix],
  ]);
  const state = new State();
  const times: number[] = [];
  try {
    await program.run(state, feeds);
    for (const end = performance.now() + MILLISECONDS; performance.now() < end || times.length < 3; ) {
      const began = performance.now();
      await program.run(state, feeds);
      times.push(performance.now() - began);
    }
  } finally {
    await program.release();
  }
  return { gflops: (2 * SIDE ** 3) / median(times) / 1e6 };
}
