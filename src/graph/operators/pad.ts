import { AdarandError, at } from '../../errors.js';
import { offsets, stridesOf } from '../broadcast.js';
import { requireFloat } from '../dtypes.js';
import type { Primitive } from '../operator.js';
import { requireValues } from '../require-values.js';
import { elementAt, sizeOf } from '../tensor.js';
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
  infer: ([x], { before, after }) => {
    requireFloat('Pad', 'its operand', x);
    const rank = x.shape.length;
    const counts = [...before, ...after];
    if (before.length !== rank || after.length !== rank || counts.some((n) => n < 0 || !Number.isInteger(n)))
      throw new AdarandError(
        'graph.shape',
        `Pad: [${before}] before and [${after}] after [${x.shape}]`,
        `Each is a list of ${rank} whole numbers, one for each axis, and none negative.`,
      );
    return [{ dtype: x.dtype, shape: x.shape.map((d, i) => d + at(before, i) + at(after, i)) }];
  },
  gradient: ({ inputs: [x], attributes: { before }, gradients: [dy] }) => [
    () =>
      x.shape.reduce((inner, size, axis) => {
        const start = at(before, axis);
        return slice(inner, axis, start, start + size);
      }, dy),
  ],
  evaluate: ([x], { before, value }, [y]) => {
    const strides = stridesOf(y.shape);
    const base = before.reduce((sum, count, axis) => sum + count * at(strides, axis), 0);
    const result = new Float64Array(sizeOf(y.shape)).fill(value);
    offsets(x.shape, strides, base).forEach((offset, i) => {
      result[offset] = elementAt(x.data, i);
    });
    return [result];
  },
  emit: (e, [x], { attributes: { before, after, value } }) =>
    e.op('Pad', [x, e.int64([...before, ...after]), e.float32(value)]),
  samples: [
    { inputs: [{ shape: [2, 3] }], attributes: { before: [0, 1], after: [1, 2], value: 0 } },
    { inputs: [{ shape: [2, 2, 2] }], attributes: { before: [1, 0, 0], after: [0, 0, 1], value: -1 } },
  ],
};

/**
 * x with `before` and `after` more elements along each of its axes, all of `value` (0 unless given).
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export function pad(x: Value, before: readonly number[], after: readonly number[], value = 0): Value {
  requireValues('Pad', [x]);
  return [...before, ...after].every((count) => count === 0)
    ? x
    : apply(Pad, [x], { before, after, value })[0];
}
