import { averagePool } from '../../graph/operators/average-pool.js';
import { maxPool } from '../../graph/operators/max-pool.js';
import { reduceMax } from '../../graph/operators/reduce-max.js';
import { reduceMean } from '../../graph/operators/reduce-mean.js';
import type { Value } from '../../graph/value.js';
import { type Builder, weightless } from './builder.js';
import { windowOf } from './convolution.js';
import type { NodeReader } from './node-reader.js';

export const pooling = {
  AveragePool: weightless((node) =>
    averagePool(node.value(0), {
      ...poolOf(node),
      countPadding: node.int('count_include_pad', 0) === 1,
    }),
  ),
  GlobalAveragePool: weightless((node) => reduceMean(node.value(0), spatialAxes(node))),
  GlobalMaxPool: weightless((node) => reduceMax(node.value(0), spatialAxes(node))),
  MaxPool: weightless((node) => maxPool(node.value(0), poolOf(node))),
} satisfies Readonly<Record<string, Builder>>;

function poolOf(node: NodeReader) {
  const x: Value = node.value(0);
  if (x.shape.length !== 4) throw node.unsupported(`works on ${x.shape.length - 2} spatial axes`);
  const kernel = node.ints('kernel_shape');
  if (kernel === undefined) throw node.invalid('has no kernel_shape');
  const { strides, pads, dilations } = windowOf(node, x, kernel);
  if (dilations.some((n) => n !== 1)) throw node.unsupported('has dilations');
  return { kernel, strides, pads, ceil: node.int('ceil_mode', 0) === 1 };
}

function spatialAxes(node: NodeReader): number[] {
  return [...node.value(0).shape.keys()].slice(2);
}
