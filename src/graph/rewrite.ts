import { at } from '../errors.js';
import { apply, type Node, topologicalOrder, type Value } from './value.js';

/**
 * Rebuilds a graph from its inputs to its outputs. For each node, with its inputs already rebuilt, `rule` returns
 * what replaces its outputs, or `undefined` to keep the node as it is. Every pass over a graph is such a rule.
 */
export function rewrite(
  outputs: readonly Value[],
  rule: (node: Node, inputs: readonly Value[]) => readonly Value[] | undefined,
): Value[] {
  const replaced = new Map<Value, Value>();
  const current = (value: Value) => replaced.get(value) ?? value;
  for (const node of topologicalOrder(outputs)) {
    const inputs = node.inputs.map(current);
    const results =
      rule(node, inputs) ??
      (inputs.every((input, i) => input === node.inputs[i])
        ? node.outputs
        : apply(node.operator, inputs, node.attributes));
    node.outputs.forEach((output, i) => {
      const result = at(results, i);
      if (result !== output) replaced.set(output, result);
    });
  }
  return outputs.map(current);
}
