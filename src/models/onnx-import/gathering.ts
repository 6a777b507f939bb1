import { at } from '../../errors.js';
import { gather } from '../../graph/operators/gather.js';
import type { Value } from '../../graph/value.js';
import { int64 } from './constants.js';
import type { NodeReader } from './node-reader.js';

export function gathered(node: NodeReader): Value {
  const x = node.value(0);
  return gatheredAlong(node, x, node.axis(node.int('axis', 0), x.shape.length));
}

/** Slices of x by the indices that are the node's second input. Constant ones may count from the end. */
export function gatheredAlong(node: NodeReader, x: Value, axis: number): Value {
  const indices = node.value(1);
  if (indices.origin.kind !== 'constant') return gather(x, indices, axis);
  const size = at(x.shape, axis);
  const places = node.numbers(1).map((index) => (index < 0 ? index + size : index));
  const outside = places.find((place) => place < 0 || place >= size);
  if (outside !== undefined) throw node.invalid(`picks element ${outside} of ${size}`);
  return gather(x, int64(places, indices.shape), axis);
}
