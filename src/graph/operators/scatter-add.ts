import { AdarandError, at } from '../../errors.js';
import { normalizeAxis, requireAxis } from '../axis.js';
import { offsets, stridesOf } from '../broadcast.js';
import { requireIndices, requireNumbers, requireSameDType } from '../dtypes.js';
import { noGradient, type Primitive, refused } from '../operator.js';
import { requireValues } from '../require-values.js';
import { elementAt, type Shape, sameShape } from '../tensor.js';
import { apply, type Value } from '../value.js';

/**
 * y = data, then y[..., indices[...], ...] += updates[...] along an axis; indices have the shape of updates. Only lowering
 * applies it, after gradients were taken.
 */
export const ScatterAdd: Primitive<{ readonly axis: number }, 3, 1> = {
  kind: 'primitive',
  name: 'ScatterAdd',
  doc: 'Adds updates into data at indices along an axis (ONNX ScatterElements with reduction add).',
  infer: ([data, indices, updates], { axis }) => {
    requireNumbers('ScatterAdd', 'its first operand', data);
    requireIndices('ScatterAdd', 'its second operand', indices);
    requireSameDType('ScatterAdd', [data, updates]);
    requireAxis('ScatterAdd', axis, data.shape);
    if (!sameShape(indices.shape, updates.shape) || !fits(updates.shape, data.shape, axis))
      throw new AdarandError(
        'graph.shape',
        `ScatterAdd: indices [${indices.shape}] and updates [${updates.shape}] into [${data.shape}] along axis ${axis}`,
        'Indices and updates have one shape, which is no longer than the data along any other axis.',
      );
    return [data];
  },
  gradient: ({ gradients: [dy] }) => [
    () => dy,
    noGradient,
    refused('second derivatives through it are not supported'),
  ],
  evaluate: ([data, indices, updates], { axis }) => {
    const result = Float64Array.from(data.data);
    const strides = stridesOf(data.shape);
    const along = at(strides, axis);
    const places = offsets(updates.shape, strides.with(axis, 0));
    updates.data.forEach((update, i) => {
      const place = at(places, i) + elementAt(indices.data, i) * along;
      result[place] = elementAt(result, place) + update;
    });
    return [result];
  },
  emit: (e, inputs, { attributes: { axis } }) => e.op('ScatterElements', inputs, { axis, reduction: 'add' }),
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

export function scatterAdd(data: Value, indices: Value, updates: Value, axis: number): Value {
  requireValues('ScatterAdd', [data, indices, updates]);
  return apply(ScatterAdd, [data, indices, updates], { axis: normalizeAxis(axis, data.shape.length) })[0];
}

function fits(updates: Shape, data: Shape, axis: number): boolean {
  return updates.length === data.length && updates.every((size, i) => i === axis || size <= at(data, i));
}
