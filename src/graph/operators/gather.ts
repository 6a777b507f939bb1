import type { ReferenceTensor } from '../operator.js';
import { type Composite, emitDirectly, noSecondDerivative, type Primitive } from '../operator.js';
import { type Shape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';

/** Rows by index: y[..., i, ...] = x[..., indices[i], ...]. */
export const Gather: Primitive<{ readonly axis: number }, 2, 1> = {
  kind: 'primitive',
  name: 'Gather',
  doc: 'Picks slices of x along an axis by index.',
  infer: ([x, indices], { axis }) => [
    { dtype: x.dtype, shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)] },
  ],
  gradient: ({ inputs: [x, indices], attributes: { axis }, gradients: [dy] }) => [
    dy && (() => apply(GatherGradient, [dy, indices], { axis, shape: x.shape })[0]),
  ],
  evaluate: ([x, indices], { axis }, [y]) => {
    const result = new Float64Array(sizeOf(y.shape));
    eachPick(x.shape, indices, axis, (from, to) => {
      result[to] = x.data[from] ?? 0;
    });
    return [result];
  },
  emit: emitDirectly,
  samples: [
    {
      inputs: [{ shape: [4, 3] }, { shape: [5], dtype: 'int32', values: [3, 0, 0, 2, 3] }],
      attributes: { axis: 0 },
    },
    {
      inputs: [{ shape: [2, 4, 2] }, { shape: [3], dtype: 'int32', values: [1, 1, 3] }],
      attributes: { axis: 1 },
    },
  ],
};

/** Adds each gradient slice into the slice it was picked from. */
export const GatherGradient: Composite<{ readonly axis: number; readonly shape: readonly number[] }, 2, 1> = {
  kind: 'composite',
  name: 'GatherGradient',
  doc: "Gather's gradient: slices of dy added into zeros of x's shape, by index.",
  infer: ([dy], { shape }) => [{ dtype: dy.dtype, shape }],
  gradient: noSecondDerivative('GatherGradient'),
  evaluate: ([dy, indices], { axis, shape }) => {
    const result = new Float64Array(sizeOf(shape));
    eachPick(shape, indices, axis, (from, to) => {
      result[from] = (result[from] ?? 0) + (dy.data[to] ?? 0);
    });
    return [result];
  },
  samples: [
    {
      inputs: [{ shape: [5, 3] }, { shape: [5], dtype: 'int32', values: [3, 0, 0, 2, 3] }],
      attributes: { axis: 0, shape: [4, 3] },
    },
    {
      inputs: [{ shape: [2, 3, 2] }, { shape: [3], dtype: 'int32', values: [1, 1, 3] }],
      attributes: { axis: 1, shape: [2, 4, 2] },
    },
  ],
};

export const gather = (x: Value, indices: Value, axis = 0): Value => apply(Gather, [x, indices], { axis })[0];

/** Calls back with the offsets, in x and in y, of every element that a gather along `axis` moves. */
function eachPick(
  shape: Shape,
  indices: ReferenceTensor,
  axis: number,
  visit: (from: number, to: number) => void,
): void {
  const outer = sizeOf(shape.slice(0, axis));
  const size = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1));
  const count = indices.data.length;
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < count; i++)
      for (let k = 0; k < inner; k++)
        visit((o * size + (indices.data[i] ?? 0)) * inner + k, (o * count + i) * inner + k);
}
