import { at } from '../errors.js';
import { nodeOf } from '../graph/node-of.js';
import { reshape } from '../graph/operators/reshape.js';
import { rewrite } from '../graph/rewrite.js';
import { nchw } from '../graph/shapes.js';
import { bytesOf } from '../graph/tensor.js';
import { apply, type Node, topologicalOrder, type Value } from '../graph/value.js';
import { isDepthwise, pixelsOf } from './conv-geometry.js';
import { BlockedConv } from './operators/blocked-conv.js';
import { type ReadersOf, readersOf } from './readers.js';

/**
 * Maps that are y = clip(slope x + offset) per channel, as batch normalization with its activation makes them, and that are
 * read before and after a moment: the backward pass reads them again. Where it also reads x, y need not be kept for it, but is
 * made again from x, in one pass. `moments` are values of which one is made between the forward and the backward pass; of
 * the maps that are kept across it, the largest are made again, of so many bytes together.
 */
export function recompute(outputs: readonly Value[], moments: readonly Value[], bytes: number): Value[] {
  const order = topologicalOrder(outputs);
  const readers = readersOf(outputs);
  const each = moments.map((moment) => keptAcross(moment, order, readers, bytes));
  const largest = each.reduce<Kept | undefined>(
    (most, kept) => (most === undefined || kept.bytes > most.bytes ? kept : most),
    undefined,
  );
  if (largest === undefined || largest.maps.size === 0) return [...outputs];
  const { maps, before } = largest;
  return rewrite(outputs, (node, inputs) => {
    if (before.has(node) || !node.inputs.some((value) => maps.has(value))) return undefined;
    const replaced = inputs.map((value, i) => maps.get(at(node.inputs, i)) ?? value);
    return apply(node.operator, replaced, node.attributes);
  });
}

interface Kept {
  readonly bytes: number;
  /** What is made again, with what it is then. */
  readonly maps: ReadonlyMap<Value, Value>;
  /** All that the moment needs. */
  readonly before: ReadonlySet<Node>;
}

function keptAcross({ origin }: Value, order: readonly Node[], readersOf: ReadersOf, limit: number): Kept {
  const maps = new Map<Value, Value>();
  const before = new Set(origin.kind === 'node' ? topologicalOrder(origin.node.outputs) : []);
  const isRead = (value: Value, early: boolean) =>
    readersOf(value).some((reader) => reader !== 'output' && before.has(reader) === early);
  const candidates = order
    .filter((node) => before.has(node) && isPerChannel(node))
    .filter(
      ({ inputs, outputs: [y] }) => y && isRead(y, true) && isRead(y, false) && isRead(at(inputs, 0), false),
    )
    .toSorted((a, b) => bytesOf(at(b.outputs, 0)) - bytesOf(at(a.outputs, 0)));
  let bytes = 0;
  for (const node of candidates) {
    const y = at(node.outputs, 0);
    if (bytes + bytesOf(y) > limit) continue;
    bytes += bytesOf(y);
    maps.set(y, again(node));
  }
  return { bytes, maps, before };
}

/** A blocked convolution of one pixel with a kernel for each channel, and nothing added. */
function isPerChannel({ inputs, outputs: [y] }: Node): boolean {
  const convolution = y && nodeOf(y, BlockedConv);
  const [x, w] = inputs;
  if (convolution === undefined || x === undefined || w === undefined || inputs.length > 3) return false;
  const [, , height, width] = nchw(w.shape);
  const { pads, strides } = convolution.attributes;
  return (
    isDepthwise(x.shape, w.shape, convolution.attributes) &&
    height === 1 &&
    width === 1 &&
    pads.every((pad) => pad === 0) &&
    strides.every((stride) => stride === 1) &&
    pixelsOf(x.shape) > 1
  );
}

/** The same numbers from x's pixels in a row, or in a column where they lie in a row: equal nodes would become one again. */
function again({ operator, inputs, outputs, attributes }: Node): Value {
  const [x, y] = [at(inputs, 0), at(outputs, 0)];
  const [batch, channels, height, width] = nchw(y.shape);
  const line = height === 1 ? [width, 1] : [1, height * width];
  const lying = reshape(x, [batch, channels, ...line]);
  return reshape(at(apply(operator, [lying, ...inputs.slice(1)], attributes), 0), y.shape);
}
