import { at } from '../../../errors.js';
import { nodeOf } from '../../../graph/node-of.js';
import { Clip } from '../../../graph/operators/clip.js';
import { Conv } from '../../../graph/operators/conv.js';
import { MatMul } from '../../../graph/operators/matmul.js';
import { MaxPool } from '../../../graph/operators/max-pool.js';
import { Relu } from '../../../graph/operators/relu.js';
import { type Node, topologicalOrder, type Value } from '../../../graph/value.js';
import { type ReadersOf, readersOf } from '../../../lowering/readers.js';
import { Linear } from './linear.js';
import { Origins } from './stored.js';

/** What of a classifier is computed with 8-bit numbers. */
export interface Plan {
  /** Convolutions, and products by a matrix, whose weights are stored. */
  readonly layers: ReadonlySet<Node>;
  /** The values that are rounded to 8 bits where they are made, each with the value whose range it takes. */
  readonly rounded: ReadonlyMap<Value, Value>;
}

/**
 * Rounded are what enters a layer, and what leaves a convolution, after its ReLU; a product's result, and all that lies
 * between (norms, softmax, other activations, sums), stay floating point. A convolution of constants, such as the
 * halving of an image, is no layer.
 */
export function planOf(outputs: readonly Value[]): Plan {
  const origins = new Origins(outputs);
  const readers = readersOf(outputs);
  const layers = new Set<Node>();
  const rounded = new Map<Value, Value>();
  for (const node of topologicalOrder(outputs)) {
    if (!isLayer(node, origins)) continue;
    layers.add(node);
    const [x] = node.inputs;
    const [y] = node.outputs;
    if (x !== undefined && !rounded.has(x)) rounded.set(x, x);
    if (y !== undefined && node.operator.name === Conv.name) roundResult(y, readers, rounded);
  }
  // Where a window's largest number is taken of rounded ones, it is one of them.
  for (const [value, measured] of rounded) {
    if (value !== measured) continue;
    const before = nodeOf(value, MaxPool)?.inputs[0];
    const source = before && rounded.get(before);
    if (source !== undefined) rounded.set(value, source);
  }
  return { layers, rounded };
}

function isLayer(node: Node, origins: Origins): boolean {
  const [x, weight, bias] = node.inputs;
  if (x === undefined || weight === undefined) return false;
  if (!origins.isOfImages(x) || !origins.isWeight(weight)) return false;
  if (node.operator.name === Conv.name || node.operator.name === Linear.name)
    return bias === undefined || !origins.isOfImages(bias);
  const product = nodeOf(at(node.outputs, 0), MatMul);
  return product !== undefined && !product.attributes.transposeA && weight.shape.length === 2;
}

/** Of a convolution's result: rounded after the ReLU that alone reads it, or at once, with that ReLU's range, before a pooling. */
function roundResult(y: Value, readers: ReadersOf, rounded: Map<Value, Value>): void {
  const [reader, ...others] = readers(y);
  if (reader === undefined || reader === 'output' || others.length > 0) {
    if (!rounded.has(y)) rounded.set(y, y);
    return;
  }
  const result = at(reader.outputs, 0);
  if (cutsOffNegatives(reader)) {
    if (!rounded.has(result)) rounded.set(result, result);
    return;
  }
  const [next, ...more] = reader.operator.name === MaxPool.name ? readers(result) : [];
  const isCut = next !== undefined && next !== 'output' && more.length === 0 && cutsOffNegatives(next);
  rounded.set(y, isCut ? at(next.outputs, 0) : y);
}

/** Whether 8-bit numbers from 0 on say all that a node says: a ReLU, or one with an upper limit. */
export function cutsOffNegatives(node: Node): boolean {
  if (node.operator.name === Relu.name) return true;
  return nodeOf(at(node.outputs, 0), Clip)?.attributes.min === 0;
}
