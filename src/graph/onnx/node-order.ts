import { type Node, topologicalOrder, type Value } from '../value.js';

/**
 * The order in which nodes stand in a model that is run, each after its inputs. It decides the peak memory, because ONNX Runtime walks
 * back from the outputs, depth first: of a node's inputs, it first computes the one whose node stands last in the model.
 *
 * Nodes of few steps therefore stand first here. They are computed right before they are read, not before all that the
 * other inputs need: a transformed kernel of the last layer is not held during the layers before it. What nothing else reads
 * stands at the end, in the order of the outputs.
 */
export function nodeOrder(outputs: readonly Value[]): Node[] {
  const order = topologicalOrder(outputs);
  const steps = new Map<Node, number>();
  const read = new Set<Node>();
  for (const node of order) {
    const before = node.inputs.flatMap(({ origin }) => (origin.kind === 'node' ? [origin.node] : []));
    for (const each of before) read.add(each);
    steps.set(node, 1 + before.reduce((most, each) => Math.max(most, steps.get(each) ?? 0), 0));
  }
  const stepsTo = (node: Node) => steps.get(node) ?? 0;
  return [
    ...order.filter((node) => read.has(node)).toSorted((a, b) => stepsTo(a) - stepsTo(b)),
    ...order.filter((node) => !read.has(node)),
  ];
}
