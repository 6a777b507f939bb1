import { at } from '../../errors.js';
import { reshape } from '../../graph/operators/reshape.js';
import { sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import type { NodeReader } from './node-reader.js';

/** 0 keeps a dimension (unless `allowzero`), -1 takes what is left. */
export function reshaped(node: NodeReader): Value {
  const x = node.value(0);
  const given = node.intsOrInput('shape', 1);
  const kept = given.map((size, axis) =>
    size === 0 && node.int('allowzero', 0) === 0 ? at(x.shape, node.axis(axis, x.shape.length)) : size,
  );
  const target = forBatch(kept, x, node);
  const known = sizeOf(target.filter((size) => size !== -1));
  if (target.some((size) => size < -1) || target.filter((size) => size === -1).length > 1)
    throw node.invalid(`reshapes to [${given}]`);
  return reshape(
    x,
    target.map((size) => (size === -1 ? sizeOf(x.shape) / known : size)),
  );
}

/** Files exported for one image have 1 as the first dimension of their targets, where it means the batch. */
function forBatch(target: readonly number[], x: Value, { node, context }: NodeReader): readonly number[] {
  const perImage = x.shape[0] === context.batch && context.fromImages(at(node.inputs, 0));
  return perImage && target.length > 1 && target[0] === 1 ? target.with(0, context.batch) : target;
}

export function flattened(node: NodeReader): Value {
  const x = node.value(0);
  const axis = node.int('axis', 1);
  const before = sizeOf(x.shape.slice(0, axis === x.shape.length ? axis : node.axis(axis, x.shape.length)));
  return reshape(x, [before, sizeOf(x.shape) / before]);
}

export function squeezed(node: NodeReader): Value {
  const x = node.value(0);
  const axes = node.optionalIntsOrInput('axes', 1)?.map((axis) => node.axis(axis, x.shape.length));
  const gone = axes ?? [...x.shape.keys()].filter((axis) => x.shape[axis] === 1);
  if (gone.some((axis) => x.shape[axis] !== 1)) throw node.invalid(`squeezes [${x.shape}] at [${gone}]`);
  return reshape(
    x,
    x.shape.filter((_, axis) => !gone.includes(axis)),
  );
}

export function unsqueezed(node: NodeReader): Value {
  const x = node.value(0);
  const given = node.intsOrInput('axes', 1);
  const rank = x.shape.length + given.length;
  const axes = given.map((axis) => node.axis(axis, rank));
  if (new Set(axes).size < axes.length) throw node.invalid(`inserts an axis twice: [${given}]`);
  const shape = [...x.shape];
  for (const axis of [...axes].sort((a, b) => a - b)) shape.splice(axis, 0, 1);
  return reshape(x, shape);
}
