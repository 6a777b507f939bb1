import { at } from '../../errors.js';
import { normalizeAxis, requireAxis } from '../axis.js';
import { requireIndices } from '../dtypes.js';
import { emitUnderOwnName } from '../emit-under-own-name.js';
import { noGradient, type Primitive } from '../operator.js';
import { requireValues } from '../require-values.js';
import { elementAt, type Shape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { GatherGradient } from './gather-gradient.js';

/** Rows by index: y[..., i, ...] = x[..., indices[i], ...]. */
export const Gather: Primitive<{ readonly axis: number }, 2, 1> = {
  kind: 'primitive',
  name: 'Gather',
  doc: 'Picks slices of x along an axis by index.',
  infer: ([x, indices], { axis }) => {
    requireIndices('Gather', 'its second operand', indices);
    requireAxis('Gather', axis, x.shape);
    return [{ dtype: x.dtype, shape: gatheredShape(x.shape, indices.shape, axis) }];
  },
  gradient: ({ inputs: [x, indices], attributes: { axis }, gradients: [dy] }) => [
    () => apply(GatherGradient, [dy, indices], { axis, shape: x.shape })[0],
    noGradient,
  ],
  evaluate: ([x, indices], { axis }, [y]) => {
    const result = new Float64Array(sizeOf(y.shape));
    eachPick(x.shape, indices.data, axis, (from, to) => {
      result[to] = elementAt(x.data, from);
    });
    return [result];
  },
  emit: emitUnderOwnName,
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

/**
 * Slices of x along an axis (unless given, the first) by `indices` of int32 or int64, whose shape takes the axis's
 * place.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export function gather(x: Value, indices: Value, axis = 0): Value {
  requireValues('Gather', [x, indices]);
  return apply(Gather, [x, indices], { axis: normalizeAxis(axis, x.shape.length) })[0];
}

/** The indices' axes in the place of the axis that they index. */
export function gatheredShape(x: Shape, indices: Shape, axis: number): Shape {
  return x.toSpliced(axis, 1, ...indices);
}

/** Calls back with the offsets, in x and in y, of every element that a gather along `axis` moves. */
export function eachPick(
  x: Shape,
  indices: Float64Array,
  axis: number,
  visit: (from: number, to: number) => void,
): void {
  const outer = sizeOf(x.slice(0, axis));
  const size = at(x, axis);
  const inner = sizeOf(x.slice(axis + 1));
  for (let o = 0; o < outer; o++)
    indices.forEach((index, i) => {
      for (let k = 0; k < inner; k++)
        visit((o * size + index) * inner + k, (o * indices.length + i) * inner + k);
    });
}
