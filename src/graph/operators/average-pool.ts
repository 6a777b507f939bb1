import type { Primitive } from '../operator.js';
import { float32, sizeOf } from '../tensor.js';
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
  infer: ([x], attributes) => [{ dtype: 'float32', shape: poolOutputShape(x.shape, attributes) }],
  gradient: ({ inputs: [x], outputs: [y], attributes, gradients: [dy] }) => [
    dy &&
      (() => {
        const [, channels = 1] = x.shape;
        const [height = 1, width = 1] = attributes.kernel;
        const counts = windowCounts([1, 1, ...x.shape.slice(2)], [1, 1, ...y.shape.slice(2)], attributes);
        const share = constant(
          float32(
            [1, 1, ...y.shape.slice(2)],
            [...counts].map((count) => 1 / count),
          ),
        );
        const { strides, pads } = attributes;
        return convInputGradient(mul(dy, share), scalar(1, [channels, 1, height, width]), x.shape, {
          strides,
          pads,
          dilations: [1, 1],
          group: channels,
        });
      }),
  ],
  evaluate: ([x], attributes, [y]) => {
    const sums = new Float64Array(sizeOf(y.shape));
    eachWindow(x.shape, y.shape, attributes, (inX, inY) => {
      sums[inY] = (sums[inY] ?? 0) + (x.data[inX] ?? 0);
    });
    const counts = windowCounts(x.shape, y.shape, attributes);
    return [sums.map((sum, i) => sum / (counts[i] ?? 1))];
  },
  emit: (e, inputs, node) =>
    e.op('AveragePool', inputs, {
      ...poolOnnxAttributes(node),
      count_include_pad: Number(node.attributes.countPadding),
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

function windowCounts(x: readonly number[], y: readonly number[], attributes: Attributes): Float64Array {
  const counts = new Float64Array(sizeOf(y));
  if (attributes.countPadding) return counts.fill(attributes.kernel.reduce((a, b) => a * b, 1));
  eachWindow(x, y, attributes, (_, inY) => {
    counts[inY] = (counts[inY] ?? 0) + 1;
  });
  return counts;
}
