import { at } from '../../errors.js';
import type { Primitive } from '../operator.js';
import { heightWidth, nchw } from '../shapes.js';
import { elementAt, float32, type Shape, sizeOf } from '../tensor.js';
import { apply, constant, scalar, type Value } from '../value.js';
import { convInputGradient } from './conv-input-gradient.js';
import { mul } from './mul.js';
import { eachWindow, type PoolAttributes, poolOnnxAttributes, poolOutputShape } from './pool-geometry.js';

type Attributes = PoolAttributes & { readonly countPadding: boolean };

/** Padding counts in the average only with `countPadding`. Its gradient spreads dy / count: a depthwise transpose. */
export const AveragePool: Primitive<Attributes, 1, 1> = {
  kind: 'primitive',
  name: 'AveragePool',
  doc: 'Mean of each window.',
  infer: ([x], attributes) => [{ dtype: 'float32', shape: poolOutputShape('AveragePool', x, attributes) }],
  gradient: ({ inputs: [x], outputs: [y], attributes, gradients: [dy] }) => [
    () => {
      const [, channels, height, width] = nchw(x.shape);
      const [, , rows, columns] = nchw(y.shape);
      const counts = windowCounts([1, 1, height, width], [1, 1, rows, columns], attributes);
      const share = constant(
        float32(
          [1, 1, rows, columns],
          counts.map((count) => 1 / count),
        ),
      );
      const { kernel, strides, pads } = attributes;
      return convInputGradient(mul(dy, share), scalar(1, [channels, 1, ...kernel]), x.shape, {
        strides,
        pads,
        dilations: [1, 1],
        group: channels,
      });
    },
  ],
  evaluate: ([x], attributes, [y]) => {
    const sums = new Float64Array(sizeOf(y.shape));
    eachWindow(x.shape, y.shape, attributes, (inX, inY) => {
      sums[inY] = elementAt(sums, inY) + elementAt(x.data, inX);
    });
    const counts = windowCounts(x.shape, y.shape, attributes);
    return [sums.map((sum, i) => sum / at(counts, i))];
  },
  emit: (e, inputs, { attributes }) =>
    e.op('AveragePool', inputs, {
      ...poolOnnxAttributes(attributes),
      count_include_pad: Number(attributes.countPadding),
    }),
  samples: [
    {
      inputs: [{ shape: [1, 2, 6, 6] }],
      attributes: { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], ceil: false, countPadding: false },
    },
    {
      inputs: [{ shape: [2, 1, 7, 7] }],
      attributes: { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil: false, countPadding: false },
    },
    {
      inputs: [{ shape: [1, 2, 5, 5] }],
      attributes: { kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], ceil: false, countPadding: true },
    },
  ],
};

export const averagePool = (x: Value, attributes: Attributes): Value =>
  apply(AveragePool, [x], attributes)[0];

/** How many elements each window averages over. */
function windowCounts(x: Shape, y: Shape, attributes: Attributes): number[] {
  const counts = new Array<number>(sizeOf(y));
  if (attributes.countPadding) {
    const [height, width] = heightWidth(attributes.kernel);
    return counts.fill(height * width);
  }
  counts.fill(0);
  eachWindow(x, y, attributes, (_, inY) => {
    counts[inY] = at(counts, inY) + 1;
  });
  return counts;
}
