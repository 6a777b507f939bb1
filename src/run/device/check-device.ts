import { matmul } from '../../graph/operators/matmul.js';
import { float32 } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import { type CompileOptions, Program } from '../../runtime/program.js';
import { State } from '../../runtime/state.js';

/** Computes a tiny product and checks the result; throws whatever stands in the way. Returns milliseconds. */
export async function checkDevice(compile: CompileOptions): Promise<number> {
  const started = performance.now();
  const left = float32([2, 2], [1, 2, 3, 4]);
  const right = float32([2, 2], [5, 6, 7, 8]);
  const product = matmul(input('left', left), input('right', right));
  const graph = { outputs: new Map([['product', product]]), updates: new Map() };
  const program = await Program.compile(graph, compile);
  const outputs = await program.run(
    new State(),
    new Map([
      ['left', left],
      ['right', right],
    ]),
  );
  const result = [...(outputs.get('product')?.data ?? [])].join(' ');
  await program.release();
  if (result !== '19 22 43 50') throw new Error(`it computes ${result} instead of 19 22 43 50`);
  return performance.now() - started;
}
