import { type Node, topologicalOrder, type Value } from '../graph/value.js';

/** Who reads a value: nodes, once for each input that it is, and the graph's own reader if it is an output. */
export type ReadersOf = (value: Value) => readonly (Node | 'output')[];

export function readersOf(outputs: readonly Value[]): ReadersOf {
  const readers = new Map<Value, (Node | 'output')[]>();
  const add = (value: Value, reader: Node | 'output') => {
    const before = readers.get(value);
    if (before === undefined) readers.set(value, [reader]);
    else before.push(reader);
  };
  for (const node of topologicalOrder(outputs)) for (const value of node.inputs) add(value, node);
  for (const value of outputs) add(value, 'output');
  return (value) => readers.get(value) ?? [];
}
