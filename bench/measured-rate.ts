import type { Tensor } from '../src/graph/tensor.js';
import type { Value } from '../src/graph/value.js';
import { nodeDriver } from '../src/runtime/node.js';
import { Program } from '../src/runtime/program.js';
import { State } from '../src/runtime/state.js';

export interface RateOptions {
  /** Of whatever is counted, in one run. */
  readonly amount: number;
  readonly threads: number;
  readonly rounds: number;
}

/** How much of it a second, at best. */
export async function measuredRate(
  value: Value,
  feeds: ReadonlyMap<string, Tensor>,
  { amount, threads, rounds }: RateOptions,
): Promise<number> {
  const graph = { outputs: new Map([['value', value]]), updates: new Map() };
  const program = await Program.compile(graph, { driver: nodeDriver, device: 'cpu', threads });
  const state = new State();
  const seconds: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const started = performance.now();
    await program.run(state, feeds);
    seconds.push((performance.now() - started) / 1000);
  }
  await program.release();
  return amount / Math.min(...seconds);
}
