import { offsets, stridesOf } from '../broadcast.js';
import type { Primitive } from '../operator.js';
import { sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { slice } from './slice.js';

type PadAttributes = {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
};

export const Pad: Primitive<PadAttributes, 1, 1> = {
  kind: 'primitive',
  name: 'Pad',
  doc: 'Surrounds x with a constant.',
  infer: ([x], { before, after }) => [
    { dtype: x.dtype, shape: x.shape.map((d, i) => d + (before[i] ?? 0) + (after[i] ?? 0)) },
  ],
  gradient: ({ inputs: [x], attributes: { before }, gradients: [dy] }) => [
    dy &&
      (() =>
        x.shape.reduce(
          (inner, size, axis) => slice(inner, axis, before[axis] ?? 0, (before[axis] ?? 0) + size),
          dy,
        )),
  ],
  evaluate: ([x], { before, value }, [y]) => {
    const strides = stridesOf(y.shape);
    const base = before.reduce((sum, count, axis) => sum + count * (strides[axis] ?? 0), 0);
    const result = new Float64Array(sizeOf(y.shape)).fill(value);
    offsets(x.shape, strides, base).forEach((offset, i) => {
      result[offset] = x.data[i] ?? 0;
    });
    return [result];
  },
  emit: (e, [x = ''], { attributes: { before, after, value } }) => {
    const list = (attribute: typeof before) => (Array.isArray(attribute) ? attribute : []);
    return e.op('Pad', [x, e.int64([...list(before), ...list(after)]), e.float32(Number(value))]);
  },
  samples: [
    { inputs: [{ shape: [2, 3] }], attributes: { before: [0, 1], after: [1, 2], value: 0 } },
    { inputs: [{ shape: [2, 2, 2] }], attributes: { before: [1, 0, 0], after: [0, 0, 1], value: -1 } },
  ],
};

export const pad = (x: Value, before: readonly number[], after: readonly number[], value = 0): Value =>
  [...before, ...after].every((count) => count === 0) ? x : apply(Pad, [x], { before, after, value })[0];
