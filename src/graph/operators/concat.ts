import { AdarandError, at } from '../../errors.js';
import { normalizeAxis, requireAxis } from '../axis.js';
import { offsets, stridesOf } from '../broadcast.js';
import { requireSameDType } from '../dtypes.js';
import { emitUnderOwnName } from '../emit-under-own-name.js';
import type { Primitive } from '../operator.js';
import { requireValueList } from '../require-values.js';
import { type Shape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { slice } from './slice.js';

export const Concat: Primitive<{ readonly axis: number }, 'variadic', 1> = {
  kind: 'primitive',
  name: 'Concat',
  doc: 'Joins tensors along an axis.',
  infer: (inputs, { axis }) => {
    const [first, ...rest] = inputs;
    if (first === undefined)
      throw new AdarandError('graph.shape', 'Concat: nothing to join', 'Give one value or more.');
    requireSameDType('Concat', inputs);
    requireAxis('Concat', axis, first.shape);
    const fits = (shape: Shape) =>
      shape.length === first.shape.length && shape.every((d, i) => i === axis || d === first.shape[i]);
    for (const { shape } of rest)
      if (!fits(shape))
        throw new AdarandError(
          'graph.shape',
          `Concat: [${shape}] does not join [${first.shape}] along axis ${axis}`,
          'All other axes must be equal.',
        );
    const total = inputs.reduce((sum, { shape }) => sum + at(shape, axis), 0);
    return [{ dtype: first.dtype, shape: first.shape.with(axis, total) }];
  },
  gradient: ({ inputs, attributes: { axis }, gradients: [dy] }) => {
    let end = 0;
    return inputs.map(({ shape }) => {
      const start = end;
      end += at(shape, axis);
      const stop = end;
      return () => slice(dy, axis, start, stop);
    });
  },
  evaluate: (inputs, { axis }, [y]) => {
    const result = new Float64Array(sizeOf(y.shape));
    const strides = stridesOf(y.shape);
    let start = 0;
    for (const { shape, data } of inputs) {
      offsets(shape, strides, start * at(strides, axis)).forEach((offset, i) => {
        result[offset] = at(data, i);
      });
      start += at(shape, axis);
    }
    return [result];
  },
  emit: emitUnderOwnName,
  samples: [
    { inputs: [{ shape: [2, 3] }, { shape: [2, 1] }, { shape: [2, 2] }], attributes: { axis: 1 } },
    { inputs: [{ shape: [1, 2, 2] }, { shape: [2, 2, 2] }], attributes: { axis: 0 } },
  ],
};

/**
 * Joins values of one type along an axis (-1: the last one); all other axes are equal.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export function concat(inputs: readonly Value[], axis: number): Value {
  requireValueList('Concat', inputs);
  const [first] = inputs;
  return apply(Concat, inputs, {
    axis: normalizeAxis(axis, first === undefined ? 0 : first.shape.length),
  })[0];
}
