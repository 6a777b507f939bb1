import { at } from '../../errors.js';
import { offsets, stridesOf } from '../broadcast.js';
import type { Primitive } from '../operator.js';
import { apply, scalar, type Value } from '../value.js';
import { concat } from './concat.js';

export const Split: Primitive<{ readonly axis: number; readonly sizes: readonly number[] }, 1, 'variadic'> = {
  kind: 'primitive',
  name: 'Split',
  doc: 'Cuts x into pieces of the given sizes along an axis.',
  infer: ([x], { axis, sizes }) => sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.with(axis, size) })),
  gradient: ({ outputs, attributes: { axis }, gradients }) => [
    () =>
      concat(
        outputs.map((output, i) => gradients[i] ?? scalar(0, output.shape)),
        axis,
      ),
  ],
  evaluate: ([x], { axis }, outputs) => {
    const strides = stridesOf(x.shape);
    let start = 0;
    return outputs.map(({ shape }) => {
      const from = offsets(shape, strides, start * (strides[axis] ?? 0));
      start += shape[axis] ?? 0;
      return Float64Array.from(from, (offset) => x.data[offset] ?? 0);
    });
  },
  emit: (e, [x = ''], { attributes: { axis, sizes }, outputs }) =>
    e.op(
      'Split',
      [x, e.int64(Array.isArray(sizes) ? sizes : [])],
      { axis: Number(axis) },
      { outputs: outputs.length },
    ),
  samples: [{ inputs: [{ shape: [2, 6] }], attributes: { axis: 1, sizes: [1, 3, 2] } }],
};

/** `count` equal pieces along an axis. */
export function split(x: Value, axis: number, count: number): readonly Value[] {
  const size = at(x.shape, axis) / count;
  return apply(Split, [x], { axis, sizes: new Array<number>(count).fill(size) });
}
