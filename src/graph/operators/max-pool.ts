import { at } from '../../errors.js';
import { noGradient, type Primitive } from '../operator.js';
import { elementAt, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { MaxPoolGradient } from './max-pool-gradient.js';
import { eachWindow, type PoolAttributes, poolOnnxAttributes, poolOutputShape } from './pool-geometry.js';

/** Returns y and, for each element, where it came from: an offset into the whole of x (int64). */
export const MaxPool: Primitive<PoolAttributes, 1, 2> = {
  kind: 'primitive',
  name: 'MaxPool',
  doc: 'Largest element of each window, and its offset in x.',
  infer: ([x], attributes) => {
    const shape = poolOutputShape('MaxPool', x, attributes);
    return [
      { dtype: 'float32', shape },
      { dtype: 'int64', shape },
    ];
  },
  gradient: ({ inputs: [x], outputs: [y, offsets], attributes, gradients: [dy] }) => [
    dy === undefined ? noGradient : () => apply(MaxPoolGradient, [x, y, offsets, dy], attributes)[0],
  ],
  evaluate: ([x], attributes, [y]) => {
    const result = new Float64Array(sizeOf(y.shape)).fill(-Infinity);
    const from = new Float64Array(sizeOf(y.shape));
    eachWindow(x.shape, y.shape, attributes, (inX, inY) => {
      if (elementAt(x.data, inX) <= elementAt(result, inY)) return;
      result[inY] = elementAt(x.data, inX);
      from[inY] = inX;
    });
    return [result, from];
  },
  emit: (e, names, { inputs: [x], outputs: [y], attributes }) => {
    const geometry = poolOnnxAttributes(x.shape, y.shape, attributes);
    const results = e.severalOutputs(2, 'MaxPool', names, geometry);
    return [at(results, 0), at(results, 1)];
  },
  samples: [
    {
      inputs: [{ shape: [1, 2, 6, 6], distinct: true }],
      attributes: { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], ceil: false },
    },
    {
      inputs: [{ shape: [2, 1, 7, 7], distinct: true }],
      attributes: { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil: false },
    },
    {
      inputs: [{ shape: [1, 1, 6, 5], distinct: true }],
      attributes: { kernel: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0], ceil: true },
    },
    {
      // Windows that would begin in the padding after x.
      inputs: [{ shape: [1, 2, 5, 6], distinct: true }],
      attributes: { kernel: [3, 2], strides: [2, 3], pads: [1, 0, 1, 1], ceil: true },
    },
    {
      inputs: [{ shape: [1, 1, 4, 4], distinct: true }],
      attributes: { kernel: [3, 2], strides: [1, 3], pads: [2, 1, 0, 0], ceil: false },
    },
  ],
};

/**
 * The largest element of each window of x [N,C,H,W]: [N,C,H',W']. Padding is never the largest.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const maxPool = (x: Value, attributes: PoolAttributes): Value => apply(MaxPool, [x], attributes)[0];
