import { at } from '../../errors.js';
import { concat } from '../../graph/operators/concat.js';
import { expand } from '../../graph/operators/expand.js';
import { gather } from '../../graph/operators/gather.js';
import { reshape } from '../../graph/operators/reshape.js';
import { type Shape, sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { type Builder, weightless } from './builder.js';
import { int64 } from './constants.js';
import type { NodeReader } from './node-reader.js';
import { blockScattered, isOfBlock } from './scatter-block.js';

/** Operators that pick, place and repeat elements. Where elements come from must be known when the graph is built. */
export const gathering = {
  Gather: weightless((node) => {
    const x = node.value(0);
    return gatheredAlong(node, x, node.axis(node.int('axis', 0), x.shape.length));
  }),
  GatherElements: weightless(elementsGathered),
  GatherND: weightless(slicesGathered),
  ScatterND: weightless(scattered),
  Tile: weightless(tiled),
} satisfies Readonly<Record<string, Builder>>;

/**
 * Slices of x by the indices that are the node's second input. Constant ones may count from the end. Those that pick every
 * slice, one after the other, only give the axis another shape: PyTorch's exporter writes so where it forgets a stride.
 */
export function gatheredAlong(node: NodeReader, x: Value, axis: number): Value {
  const indices = node.value(1);
  if (indices.origin.kind !== 'constant') return gather(x, indices, axis);
  const size = at(x.shape, axis);
  const places = node.numbers(1).map((index) => (index < 0 ? index + size : index));
  const outside = places.find((place) => place < 0 || place >= size);
  if (outside !== undefined) throw node.invalid(`picks element ${outside} of ${size}`);
  if (places.length === size && places.every((place, i) => place === i))
    return reshape(x, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]);
  return gather(x, int64(places, indices.shape), axis);
}

/** Elements of x, each from its own place along the axis. */
function elementsGathered(node: NodeReader): Value {
  const x = node.value(0);
  const { shape } = node.value(1);
  const axis = node.axis(node.int('axis', 0), x.shape.length);
  if (shape.length !== x.shape.length || shape.some((size, i) => i !== axis && size > at(x.shape, i)))
    throw node.invalid(`picks [${shape}] out of [${x.shape}]`);
  const places = node.numbers(1).map((index, i) => {
    const own = shape.map((size, k) => Math.floor(i / sizeOf(shape.slice(k + 1))) % size);
    return placeOf(own.with(axis, index), x.shape, node);
  });
  return gather(reshape(x, [sizeOf(x.shape)]), int64(places, shape), 0);
}

/** Slices of x by the coordinates in the last axis of the second input. */
function slicesGathered(node: NodeReader): Value {
  const x = node.value(0);
  if (node.int('batch_dims', 0) !== 0) throw node.unsupported('has batch dimensions');
  const { places, leading, indices } = coordinatesOf(node, x);
  const slices = reshape(x, [sizeOf(leading), ...x.shape.slice(leading.length)]);
  return gather(slices, int64(places, indices.slice(0, -1)), 0);
}

/** x with other slices in some places: of those for one place, the last. */
function scattered(node: NodeReader): Value {
  const x = node.value(0);
  if (node.text('reduction', 'none') !== 'none') throw node.unsupported('adds to what is there');
  if (isOfBlock(node.node)) return blockScattered(node);
  const { places, leading } = coordinatesOf(node, x);
  const [rows, size] = [sizeOf(leading), sizeOf(x.shape.slice(leading.length))];
  if (places.length === 0) return x;
  const updates = reshape(node.value(2), [places.length, size]);
  const sources = Array.from({ length: rows }, (_, row) => row);
  places.forEach((place, i) => {
    sources[place] = rows + i;
  });
  return reshape(gather(concat([reshape(x, [rows, size]), updates], 0), int64(sources), 0), x.shape);
}

/** For each row of coordinates (the node's second input) the slice of x that it means, counted from the first. */
function coordinatesOf(node: NodeReader, x: Value) {
  const indices = node.value(1).shape;
  const depth = indices.at(-1) ?? 0;
  if (depth < 1 || depth > x.shape.length) throw node.invalid(`has coordinates [${indices}] in [${x.shape}]`);
  const leading = x.shape.slice(0, depth);
  const numbers = node.numbers(1);
  const places = Array.from({ length: numbers.length / depth }, (_, i) =>
    placeOf(numbers.slice(i * depth, (i + 1) * depth), leading, node),
  );
  return { places, leading, indices };
}

/** Indices may count from the end. */
function placeOf(coordinates: readonly number[], shape: Shape, node: NodeReader): number {
  return shape.reduce((place, size, axis) => {
    const index = at(coordinates, axis);
    if (index < -size || index >= size) throw node.invalid(`picks element ${index} of ${size}`);
    return place * size + (index < 0 ? index + size : index);
  }, 0);
}

function tiled(node: NodeReader): Value {
  const repeats = node.numbers(1);
  const x = node.value(0);
  if (repeats.length !== x.shape.length || repeats.some((n) => n < 1))
    throw node.invalid(`repeats [${x.shape}] by [${repeats}]`);
  return repeats.reduce((y, times, axis) => {
    if (times === 1) return y;
    const [before, size, after] = [y.shape.slice(0, axis), at(y.shape, axis), y.shape.slice(axis + 1)];
    if (size === 1) return expand(y, [...before, times, ...after]);
    const spread = expand(reshape(y, [...before, 1, size, ...after]), [...before, times, size, ...after]);
    return reshape(spread, [...before, times * size, ...after]);
  }, x);
}
