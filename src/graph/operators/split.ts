import { AdarandError, at } from '../../errors.js';
import { normalizeAxis, requireAxis } from '../axis.js';
import { offsets, stridesOf } from '../broadcast.js';
import type { Primitive } from '../operator.js';
import { requireValues } from '../require-values.js';
import { elementAt } from '../tensor.js';
import { apply, scalar, type Value } from '../value.js';
import { concat } from './concat.js';

export const Split: Primitive<{ readonly axis: number; readonly sizes: readonly number[] }, 1, 'variadic'> = {
  kind: 'primitive',
  name: 'Split',
  doc: 'Cuts x into pieces of the given sizes along an axis.',
  infer: ([x], { axis, sizes }) => {
    requireAxis('Split', axis, x.shape);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total !== at(x.shape, axis) || sizes.some((size) => size < 1 || !Number.isInteger(size)))
      throw new AdarandError(
        'graph.shape',
        `Split: pieces of [${sizes}] do not make up axis ${axis} of [${x.shape}]`,
        `Their sizes are whole numbers that add up to ${at(x.shape, axis)}.`,
      );
    return sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.with(axis, size) }));
  },
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
      const from = offsets(shape, strides, start * at(strides, axis));
      start += at(shape, axis);
      return Float64Array.from(from, (offset) => elementAt(x.data, offset));
    });
  },
  emit: (e, [x], { attributes: { axis, sizes } }) =>
    e.severalOutputs(sizes.length, 'Split', [x, e.int64(sizes)], { axis }),
  samples: [{ inputs: [{ shape: [2, 6] }], attributes: { axis: 1, sizes: [1, 3, 2] } }],
};

/**
 * `count` equal pieces of x along an axis (-1: the last one).
 *
 * @throws AdarandError `graph.operand`, `graph.shape`.
 */
export function split(x: Value, axis: number, count: number): readonly Value[] {
  requireValues('Split', [x]);
  const along = normalizeAxis(axis, x.shape.length);
  requireAxis('Split', along, x.shape);
  const size = at(x.shape, along) / count;
  if (count < 1 || !Number.isInteger(count) || !Number.isInteger(size))
    throw new AdarandError(
      'graph.shape',
      `Split: axis ${axis} of [${x.shape}] does not divide into ${count} equal pieces`,
      'Choose a count that divides the axis, or cut unequal pieces with slice.',
    );
  return apply(Split, [x], { axis: along, sizes: new Array<number>(count).fill(size) });
}
