import { AdarandError } from '../../errors.js';
import { offsets, stridesOf } from '../broadcast.js';
import { emitDirectly, type Primitive } from '../operator.js';
import { type Shape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { slice } from './slice.js';

export const Concat: Primitive<{ readonly axis: number }, 'variadic', 1> = {
  kind: 'primitive',
  name: 'Concat',
  doc: 'Joins tensors along an axis.',
  infer: (inputs, { axis }) => {
    const [first, ...rest] = inputs;
    if (first === undefined) throw new AdarandError('graph.shape', 'Concat: nothing to join');
    const fits = (shape: Shape) =>
      shape.length === first.shape.length && shape.every((d, i) => i === axis || d === first.shape[i]);
    for (const { shape } of rest)
      if (!fits(shape))
        throw new AdarandError(
          'graph.shape',
          `Concat: [${shape}] does not join [${first.shape}] along axis ${axis}`,
        );
    const total = inputs.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
    return [{ dtype: first.dtype, shape: first.shape.map((d, i) => (i === axis ? total : d)) }];
  },
  gradient: ({ inputs, attributes: { axis }, gradients: [dy] }) => {
    let end = 0;
    return inputs.map(({ shape }) => {
      const start = end;
      end += shape[axis] ?? 0;
      const stop = end;
      return dy && (() => slice(dy, axis, start, stop));
    });
  },
  evaluate: (inputs, { axis }, [y]) => {
    const result = new Float64Array(sizeOf(y.shape));
    const strides = stridesOf(y.shape);
    let start = 0;
    for (const { shape, data } of inputs) {
      offsets(shape, strides, start * (strides[axis] ?? 0)).forEach((offset, i) => {
        result[offset] = data[i] ?? 0;
      });
      start += shape[axis] ?? 0;
    }
    return [result];
  },
  emit: emitDirectly,
  samples: [
    { inputs: [{ shape: [2, 3] }, { shape: [2, 1] }, { shape: [2, 2] }], attributes: { axis: 1 } },
    { inputs: [{ shape: [1, 2, 2] }, { shape: [2, 2, 2] }], attributes: { axis: 0 } },
  ],
};

export const concat = (inputs: readonly Value[], axis: number): Value => apply(Concat, inputs, { axis })[0];
