import { offsets, stridesOf } from '../broadcast.js';
import { noSecondDerivative, type Primitive } from '../operator.js';
import { apply, type Value } from '../value.js';

/** y = data, then y[..., indices[...], ...] += updates[...] along an axis; indices have the shape of updates. */
export const ScatterAdd: Primitive<{ readonly axis: number }, 3, 1> = {
  kind: 'primitive',
  name: 'ScatterAdd',
  doc: 'Adds updates into data at indices along an axis (ONNX ScatterElements with reduction add).',
  infer: ([data]) => [data],
  gradient: noSecondDerivative('ScatterAdd'),
  evaluate: ([data, indices, updates], { axis }) => {
    const result = Float64Array.from(data.data);
    const strides = stridesOf(data.shape);
    const along = strides[axis] ?? 0;
    const places = offsets(updates.shape, strides.with(axis, 0));
    updates.data.forEach((update, i) => {
      const place = (places[i] ?? 0) + (indices.data[i] ?? 0) * along;
      result[place] = (result[place] ?? 0) + update;
    });
    return [result];
  },
  emit: (e, inputs, { attributes: { axis } }) =>
    e.op('ScatterElements', inputs, { axis: Number(axis), reduction: 'add' }),
  samples: [
    {
      inputs: [{ shape: [5] }, { shape: [4], dtype: 'int64', values: [0, 3, 3, 1] }, { shape: [4] }],
      attributes: { axis: 0 },
    },
    {
      inputs: [{ shape: [3, 2] }, { shape: [2, 2], dtype: 'int64', values: [0, 2, 0, 1] }, { shape: [2, 2] }],
      attributes: { axis: 0 },
    },
  ],
};

export const scatterAdd = (data: Value, indices: Value, updates: Value, axis: number): Value =>
  apply(ScatterAdd, [data, indices, updates], { axis })[0];
