import { at } from '../src/errors.js';
import { nodeOrder } from '../src/graph/onnx/node-order.js';
import { bytesOf } from '../src/graph/tensor.js';
import type { Node, Value } from '../src/graph/value.js';
import { BlockedConv } from '../src/lowering/operators/blocked-conv.js';
import { isView, storageOf } from './storage.js';

/**
 * Bytes of the tensors that are there at one moment of a run, at most, without what goes in and comes out: as ONNX Runtime
 * runs the nodes of a model and frees each tensor after its last reader. A node writes into an input that it may overwrite and
 * that nobody else reads any more.
 */
export function mostLiveBytes(outputs: readonly Value[]): number {
  const order = executionOrder(outputs);
  const lastRead = new Map<Value, number>();
  order.forEach(({ inputs }, i) => {
    for (const value of inputs) lastRead.set(storageOf(value), i);
  });
  const given = new Set(outputs.map(storageOf));
  /** The buffer of each value, and until when buffers are read. */
  const bufferOf = new Map<Value, Value>();
  const until = new Map<Value, number>();
  const freedAfter = order.map((): Value[] => []);
  let [live, most] = [0, 0];
  order.forEach((node, i) => {
    for (const output of node.outputs) {
      if (isView(output) || given.has(output) || !lastRead.has(output)) continue;
      const overwritten = mayOverwrite(node)
        .map((value) => bufferOf.get(storageOf(value)))
        .find((buffer) => buffer && until.get(buffer) === i && bytesOf(buffer) === bytesOf(output));
      if (overwritten === undefined) live += bytesOf(output);
      const buffer = overwritten ?? output;
      bufferOf.set(output, buffer);
      until.set(buffer, lastRead.get(output) ?? i);
      freedAfter[until.get(buffer) ?? i]?.push(buffer);
    }
    most = Math.max(most, live);
    for (const buffer of at(freedAfter, i)) if (until.get(buffer) === i) live -= bytesOf(buffer);
  });
  return most;
}

/** From the outputs back, depth first; of several nodes, the one that stands last in the model first. */
function executionOrder(outputs: readonly Value[]): Node[] {
  const file = nodeOrder(outputs);
  const place = new Map(file.map((node, i) => [node, i]));
  const made = ({ inputs }: Node) =>
    inputs.flatMap(({ origin }) => (origin.kind === 'node' ? [origin.node] : []));
  const read = new Set(file.flatMap(made));
  const order = new Set<Node>();
  const entered = new Set<Node>();
  const stack = file.filter((node) => !read.has(node));
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    const first = !entered.has(node);
    entered.add(node);
    const missing = made(node).filter((each) => !entered.has(each));
    if (first && missing.length > 0)
      stack.push(...missing.toSorted((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0)));
    else {
      order.add(node);
      stack.pop();
    }
  }
  return [...order];
}

/** Inputs that a kernel may write its result into. */
function mayOverwrite({ operator, inputs }: Node): readonly Value[] {
  if (operator.elementwise) return inputs;
  if (operator.name === BlockedConv.name) return inputs.slice(3);
  return operator.name === 'ScatterAdd' ? inputs.slice(0, 1) : [];
}
