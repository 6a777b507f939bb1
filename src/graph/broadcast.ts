import { AdarandError } from '../errors.js';
import type { ReferenceTensor } from './operator.js';
import { type Shape, sizeOf } from './tensor.js';

/** The shape that both broadcast to (ONNX's multidirectional rule); throws where they do not. */
export function broadcastShapes(operator: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1)
      throw new AdarandError(
        'graph.shape',
        `${operator}: shapes [${a}] and [${b}] do not broadcast`,
        'Dimensions must be equal, or one of them 1.',
      );
    shape.push(left === 1 ? right : left);
  }
  return shape;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i] ?? 1;
  }
  return strides;
}

/** For each element of `to`, the offset of the element of `from` that broadcasts onto it. */
export function broadcastOffsets(from: Shape, to: Shape): Int32Array {
  const own = stridesOf(from);
  const strides = to.map((_, i) => {
    const axis = i - to.length + from.length;
    return (from[axis] ?? 1) === 1 ? 0 : (own[axis] ?? 0);
  });
  return offsets(to, strides);
}

/** Offsets visited by counting through `shape` row-major, with the given stride along each axis. */
export function offsets(shape: Shape, strides: readonly number[], base = 0): Int32Array {
  const result = new Int32Array(sizeOf(shape));
  const counter = new Array<number>(shape.length).fill(0);
  let offset = base;
  for (let i = 0; i < result.length; i++) {
    result[i] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0;
      const count = (counter[axis] ?? 0) + 1;
      offset += stride;
      if (count < (shape[axis] ?? 1)) {
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
export function broadcastReader(tensor: ReferenceTensor, shape: Shape): (i: number) => number {
  const index = broadcastOffsets(tensor.shape, shape);
  return (i) => tensor.data[index[i] ?? 0] ?? 0;
}

/** `axis` counted from the front, in [0, rank). */
export function normalizeAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
