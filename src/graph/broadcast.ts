import { AdarandError, at } from '../errors.js';
import type { ReferenceTensor } from './operator.js';
import { elementAt, type Shape, sameShape, sizeOf } from './tensor.js';

/** The shape that both broadcast to (ONNX's multidirectional rule); throws where they do not. */
export function broadcastShapes(operator: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const right = withRank(b, rank);
  return withRank(a, rank).map((size, axis) => {
    const other = at(right, axis);
    if (size !== other && size !== 1 && other !== 1)
      throw new AdarandError(
        'graph.shape',
        `${operator}: shapes [${a}] and [${b}] do not broadcast`,
        'Dimensions must be equal, or one of them 1.',
      );
    return size === 1 ? other : size;
  });
}

/** Axes of size 1 added in front. */
function withRank(shape: Shape, rank: number): Shape {
  return shape.length === rank ? shape : [...new Array<number>(rank - shape.length).fill(1), ...shape];
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** For each element of `to`, the offset of the element of `from` that broadcasts onto it. */
export function broadcastOffsets(from: Shape, to: Shape): Int32Array {
  const padded = withRank(from, to.length);
  const own = stridesOf(padded);
  return offsets(
    to,
    padded.map((size, axis) => (size === 1 ? 0 : at(own, axis))),
  );
}

/** Offsets visited by counting through `shape` row-major, with the given stride along each axis. */
export function offsets(shape: Shape, strides: readonly number[], base = 0): Int32Array {
  const result = new Int32Array(sizeOf(shape));
  const counter = new Int32Array(shape.length);
  let offset = base;
  for (let i = 0; i < result.length; i++) {
    result[i] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = at(strides, axis);
      const count = at(counter, axis) + 1;
      offset += stride;
      if (count < at(shape, axis)) {
        counter[axis] = count;
        break;
      }
      offset -= stride * count;
      counter[axis] = 0;
    }
  }
  return result;
}

/** Reads a reference tensor as if broadcast to `shape`. */
export function broadcastReader({ shape: own, data }: ReferenceTensor, shape: Shape): (i: number) => number {
  if (data.length === 1) {
    const only = elementAt(data, 0);
    return () => only;
  }
  // Then there are only axes of size 1 between them, and the order is the same.
  if (data.length === sizeOf(shape)) return (i) => elementAt(data, i);
  const index = broadcastOffsets(own, shape);
  return (i) => elementAt(data, at(index, i));
}
