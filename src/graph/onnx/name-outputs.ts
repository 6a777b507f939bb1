import type { NodeProto } from './onnx_pb.js';

/**
 * Drops the final Identity of every output that a node computes for it alone, by giving that node's result the
 * output's name; and omits (as an empty name) results that nobody reads, so that kernels skip computing them.
 */
export function nameOutputs(nodes: NodeProto[], outputs: readonly string[]): void {
  const producer = new Map<string, NodeProto>();
  const readers = new Map<string, number>();
  const final = new Set(outputs);
  for (const node of nodes) {
    for (const name of node.output) producer.set(name, node);
    for (const name of node.input) readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  const aliases = new Map<string, string>();
  for (const name of outputs) {
    const identity = producer.get(name);
    const from = identity?.input[0];
    if (identity === undefined || from === undefined || !producer.has(from)) continue;
    if (final.has(from) || aliases.has(from)) continue;
    aliases.set(from, name);
    nodes.splice(nodes.lastIndexOf(identity), 1);
  }
  for (const node of nodes) {
    node.input = node.input.map((name) => aliases.get(name) ?? name);
    node.output = node.output.map((name, i) => {
      const alias = aliases.get(name);
      if (alias !== undefined) return alias;
      return final.has(name) || readers.has(name) || !mayOmit(node, i) ? name : '';
    });
    while (node.output.length > 1 && node.output.at(-1) === '') node.output.pop();
  }
}

/** Whether a result may be without a name: no node's first one; a Split has as many as there are sizes. */
function mayOmit({ opType }: NodeProto, index: number): boolean {
  return index > 0 && opType !== 'Split';
}
