import { at } from '../errors.js';
import { bytesOf } from '../graph/tensor.js';
import { type Node, topologicalOrder, type Value } from '../graph/value.js';

/**
 * Bytes that one run of a graph needs at least, in whatever order its nodes run: what goes in and comes out, and what
 * must be there at one moment in between. When an output is computed, that is all that was needed for it and is needed
 * again by what depends on it: in a training step, what the gradients read of the forward pass. `moments` are the outputs
 * for which that is looked at, all unless given.
 */
export function memoryBound(
  outputs: ReadonlyMap<string, Value>,
  moments: Iterable<Value> = outputs.values(),
): number {
  const order = topologicalOrder(outputs.values());
  const stored = new Set<Value>();
  for (const node of order)
    for (const value of node.inputs) if (value.origin.kind !== 'node') stored.add(value);
  let bytes = 0;
  for (const value of [...stored, ...outputs.values()]) bytes += bytesOf(value);
  const written = new Set([...outputs.values()].map(storageOf));
  /** What takes memory of its own between inputs and outputs. */
  const inBetween = (value: Value) => value.origin.kind === 'node' && !written.has(value);
  let most = 0;
  for (const node of order)
    for (const output of node.outputs)
      if (inBetween(storageOf(output))) most = Math.max(most, bytesOf(output));
  for (const value of new Set(moments))
    most = Math.max(most, total(keptAcross(value, order).values(), inBetween));
  return bytes + most;
}

/** Bytes of what is fed to a run and read from it: no more than `memoryBound`, however the graph is lowered. */
export function fedAndRead(outputs: ReadonlyMap<string, Value>): number {
  const fed = new Set<Value>();
  for (const node of topologicalOrder(outputs.values()))
    for (const value of node.inputs) if (value.origin.kind === 'input') fed.add(value);
  let bytes = 0;
  for (const value of [...fed, ...outputs.values()]) bytes += bytesOf(value);
  return bytes;
}

function total(values: Iterable<Value>, counts: (value: Value) => boolean): number {
  let bytes = 0;
  for (const value of new Set(values)) if (counts(value)) bytes += bytesOf(value);
  return bytes;
}

/** Storage of values that are computed before a value, or with it, and read by what depends on it. */
function keptAcross(value: Value, order: readonly Node[]): Set<Value> {
  const { origin } = value;
  const kept = new Set<Value>();
  if (origin.kind !== 'node') return kept;
  const before = new Set(topologicalOrder([value]));
  const after = new Set<Node>();
  for (const node of order) {
    const depends = node.inputs.some(
      ({ origin: from }) => from.kind === 'node' && (from.node === origin.node || after.has(from.node)),
    );
    if (!depends) continue;
    after.add(node);
    for (const input of node.inputs)
      if (input.origin.kind === 'node' && before.has(input.origin.node)) kept.add(storageOf(input));
  }
  return kept;
}

/** Operators whose result may be their input's memory under another shape. */
const views: ReadonlySet<string> = new Set([
  'Reshape',
  'StopGradient',
  'Transpose',
  'Cast',
  'Expand',
  'Slice',
]);

/** The value whose memory a value is a view of: itself, unless nothing need be copied. */
function storageOf(value: Value): Value {
  let storage = value;
  while (storage.origin.kind === 'node' && views.has(storage.origin.node.operator.name)) {
    const from = at(storage.origin.node.inputs, 0);
    if (bytesOf(from) !== bytesOf(storage)) break;
    storage = from;
  }
  return storage;
}
