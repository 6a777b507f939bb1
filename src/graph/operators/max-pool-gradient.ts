import { AdarandError } from '../../errors.js';
import { requireFloats, requireIndices } from '../dtypes.js';
import { type Composite, noGradient, refused } from '../operator.js';
import { elementAt, sameShape, sizeOf } from '../tensor.js';
import { type PoolAttributes, poolOutputShape } from './pool-geometry.js';

const noSecond = refused('second derivatives through it are not supported');

/**
 * Inputs x, y, offsets and dy, the offsets saying for each element of y where in x it came from; output dx. A device that
 * returns no offsets finds the places again, from x and y.
 */
export const MaxPoolGradient: Composite<PoolAttributes, 4, 1> = {
  kind: 'composite',
  name: 'MaxPoolGradient',
  doc: "MaxPool's gradient: dy, added into zeros of x's shape where the maxima came from.",
  infer: ([x, y, offsets, dy], attributes) => {
    requireFloats('MaxPoolGradient', { y, dy });
    requireIndices('MaxPoolGradient', 'its third operand', offsets);
    const shape = poolOutputShape('MaxPoolGradient', x, attributes);
    const other = [y, offsets, dy].find((each) => !sameShape(each.shape, shape));
    if (other !== undefined)
      throw new AdarandError(
        'graph.shape',
        `MaxPoolGradient: the maxima of [${x.shape}] are [${shape}], not [${other.shape}]`,
        'Give the maxima, and their gradient, of the pooling with the same attributes.',
      );
    return [x];
  },
  gradient: () => [noGradient, noGradient, noGradient, noSecond],
  evaluate: ([x, , offsets, dy]) => {
    const dx = new Float64Array(sizeOf(x.shape));
    dy.data.forEach((element, i) => {
      const from = elementAt(offsets.data, i);
      dx[from] = elementAt(dx, from) + element;
    });
    return [dx];
  },
  samples: [
    {
      inputs: [
        { shape: [1, 1, 3, 4], values: [1, 2, 0, 5, 3, 4, 6, 1, 0, 7, 2, 2] },
        { shape: [1, 1, 2, 2], values: [4, 6, 7, 6] },
        { shape: [1, 1, 2, 2], dtype: 'int64', values: [5, 6, 9, 6] },
        { shape: [1, 1, 2, 2] },
      ],
      attributes: { kernel: [2, 2], strides: [1, 2], pads: [0, 0, 0, 0], ceil: false },
    },
  ],
};
