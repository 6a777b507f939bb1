import { AdarandError } from '../../errors.js';
import { requireAxis } from '../axis.js';
import { requireIndices } from '../dtypes.js';
import { type Composite, noGradient, refused } from '../operator.js';
import { elementAt, sameShape, sizeOf } from '../tensor.js';
import { eachPick, gatheredShape } from './gather.js';

/** Adds each gradient slice into the slice it was picked from. */
export const GatherGradient: Composite<{ readonly axis: number; readonly shape: readonly number[] }, 2, 1> = {
  kind: 'composite',
  name: 'GatherGradient',
  doc: "Gather's gradient: slices of dy added into zeros of x's shape, by index.",
  infer: ([dy, indices], { axis, shape }) => {
    requireIndices('GatherGradient', 'its second operand', indices);
    requireAxis('GatherGradient', axis, shape);
    const picked = gatheredShape(shape, indices.shape, axis);
    if (!sameShape(dy.shape, picked))
      throw new AdarandError(
        'graph.shape',
        `GatherGradient: what [${indices.shape}] picks from [${shape}] along axis ${axis} is [${picked}], not [${dy.shape}]`,
        'Give the gradient of what Gather picked, with the same indices and axis.',
      );
    return [{ dtype: dy.dtype, shape }];
  },
  gradient: () => [refused('second derivatives through it are not supported'), noGradient],
  evaluate: ([dy, indices], { axis, shape }) => {
    const result = new Float64Array(sizeOf(shape));
    eachPick(shape, indices.data, axis, (from, to) => {
      result[from] = elementAt(result, from) + elementAt(dy.data, to);
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
