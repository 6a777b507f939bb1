import type { Head, Network } from '../../nn/network.js';
import type { CompileOptions } from '../../runtime/program.js';
import { State } from '../../runtime/state.js';
import { Evaluator } from '../../training/evaluation.js';
import { HEAD_BIAS, HEAD_WEIGHT } from '../../training/state-names.js';

/** The classifier compiled for batches of a size, with its state. */
export async function compileRunModel(
  { network, head }: { readonly network: Network; readonly head: Head },
  batchSize: number,
  compile: CompileOptions,
) {
  const state = await State.for(compile);
  for (const [name, { tensor }] of network.parameters) state.add(name, tensor);
  for (const [name, tensor] of network.buffers) state.add(name, tensor);
  state.add(HEAD_WEIGHT, head.weight);
  state.add(HEAD_BIAS, head.bias);
  const evaluator = await Evaluator.compile(
    {
      network,
      head: new Map([
        [HEAD_WEIGHT, { kind: 'weight', tensor: head.weight }],
        [HEAD_BIAS, { kind: 'bias', tensor: head.bias }],
      ]),
      batchSize,
      imageSize: network.preprocessing.imageSize,
      classes: head.classes.length,
    },
    compile,
  );
  return { state, evaluator };
}
