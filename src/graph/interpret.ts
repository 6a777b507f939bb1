import { at, invariant } from '../errors.js';
import type { ReferenceTensor } from './operator.js';
import { topologicalOrder, type Value } from './value.js';

/**
 * Evaluates values in double precision by the operators' own definitions: slow, plain, and the reference that
 * kernels, lowering rules and gradients are tested against. Also what folds constants.
 *
 * `feeds` gives the graph's inputs by name.
 */
export function interpret(
  outputs: readonly Value[],
  feeds: ReadonlyMap<string, Float64Array> = new Map(),
): Float64Array[] {
  const known = new Map<Value, Float64Array>();
  const read = (value: Value): ReferenceTensor => {
    const { origin, shape } = value;
    if (origin.kind === 'constant') return { shape, data: Float64Array.from(origin.tensor.data, Number) };
    const data = origin.kind === 'input' ? feeds.get(origin.name) : known.get(value);
    invariant(data !== undefined, `no data for ${origin.kind === 'input' ? origin.name : 'a node'}`);
    return { shape, data };
  };
  for (const node of topologicalOrder(outputs)) {
    const results = node.operator.evaluate(node.inputs.map(read), node.attributes, node.outputs);
    node.outputs.forEach((output, i) => {
      known.set(output, at(results, i));
    });
  }
  return outputs.map((output) => read(output).data);
}
