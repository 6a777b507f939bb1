import { at } from '../../errors.js';
import type { Primitive } from '../operator.js';
import { edges, nchw } from '../shapes.js';
import { elementAt, float32, type Shape, sizeOf } from '../tensor.js';
import { apply, constant, scalar, type Value } from '../value.js';
import { convInputGradient } from './conv-input-gradient.js';
import { mul } from './mul.js';
import {
  eachWindow,
  exactPads,
  type PoolAttributes,
  poolOnnxAttributes,
  poolOutputShape,
} from './pool-geometry.js';

type Attributes = PoolAttributes & { readonly countPadding: boolean };

/**
 * Padding counts in the average only with `countPadding`; what a last, partial window has beyond it never does. Its gradient
 * spreads dy / count: a depthwise transpose.
 */
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
      const { kernel, strides } = attributes;
      return convInputGradient(mul(dy, share), scalar(1, [channels, 1, ...kernel]), x.shape, {
        strides,
        pads: exactPads(x.shape, y.shape, attributes),
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
  emit: (e, [x], { attributes, inputs: [{ shape }], outputs: [y] }) => {
    const { countPadding, pads } = attributes;
    const pool = (name: string, map: Shape, { count, ...geometry }: PoolAttributes & { count: boolean }) =>
      e.op('AveragePool', [name], {
        ...poolOnnxAttributes(map, y.shape, geometry),
        count_include_pad: Number(count),
      });
    const { kernel, strides, ceil } = attributes;
    const isBeyond = exactPads(shape, y.shape, attributes).some((count, edge) => count > at(pads, edge));
    if (!countPadding || !isBeyond)
      return pool(x, shape, { kernel, strides, pads, ceil, count: countPadding });
    // Padding that counts becomes pixels, so that what is beyond does not.
    const [padded] = e.op('Pad', [x, e.int64(aroundMaps(pads)), e.float32(0)]);
    return pool(padded, paddedShape(shape, pads), {
      kernel,
      strides,
      pads: [0, 0, 0, 0],
      ceil,
      count: false,
    });
  },
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
    {
      // Windows that would begin in the padding after x.
      inputs: [{ shape: [1, 2, 5, 6] }],
      attributes: { kernel: [3, 2], strides: [2, 3], pads: [1, 0, 1, 1], ceil: true, countPadding: false },
    },
    {
      // The last window reaches beyond the padding.
      inputs: [{ shape: [1, 2, 5, 4] }],
      attributes: { kernel: [3, 4], strides: [3, 3], pads: [1, 0, 0, 1], ceil: true, countPadding: true },
    },
  ],
};

/**
 * The mean of each window of x [N,C,H,W]: [N,C,H',W']. `countPadding`: whether padding counts as zeros.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const averagePool = (x: Value, attributes: Attributes): Value =>
  apply(AveragePool, [x], attributes)[0];

/** How many elements each window averages over. */
function windowCounts(x: Shape, y: Shape, attributes: Attributes): number[] {
  const counts = new Array<number>(sizeOf(y)).fill(0);
  const count = (_: number, inY: number) => {
    counts[inY] = at(counts, inY) + 1;
  };
  const { countPadding, pads } = attributes;
  if (countPadding) eachWindow(paddedShape(x, pads), y, { ...attributes, pads: [0, 0, 0, 0] }, count);
  else eachWindow(x, y, attributes, count);
  return counts;
}

function paddedShape(x: Shape, pads: readonly number[]): Shape {
  const [batch, channels, height, width] = nchw(x);
  const [top, left, bottom, right] = edges(pads);
  return [batch, channels, top + height + bottom, left + width + right];
}

/** [top,left,bottom,right] as ONNX's Pad has them. */
function aroundMaps(pads: readonly number[]): number[] {
  const [top, left, bottom, right] = edges(pads);
  return [0, 0, top, left, 0, 0, bottom, right];
}
