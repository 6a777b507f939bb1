import { type Node, topologicalOrder, type Value } from '../value.js';

/**
 * The order in which nodes stand in a model that is run, each after its inputs. It decides the peak memory, because ONNX Runtime walks
 * back from the outputs, depth first: of a node's inputs, it first computes the one whose node stands last in the model.
 *
 * Inputs of few steps therefore stand first here. They are computed right before they are read, not before all that the
 * other inputs need: a transformed kernel of the last layer is not held during the layers before it.
 */
export function nodeOrder(outputs: readonly Value[]): Node[] {
  const steps = new Map<Value, number>();
  const stepsTo = (value: Value) => steps.get(value) ?? 0;
  for (const { inputs, outputs: results } of topologicalOrder(outputs)) {
    const longest = inputs.reduce((most, value) => Math.max(most, stepsTo(value)), 0);
    for (const result of results) steps.set(result, longest + 1);
  }
  return topologicalOrder(outputs, ({ inputs }) => inputs.toSorted((a, b) => stepsTo(a) - stepsTo(b)));
}
