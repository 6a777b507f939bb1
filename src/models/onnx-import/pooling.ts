import { at } from '../../errors.js';
import { averagePool } from '../../graph/operators/average-pool.js';
import { maxPool } from '../../graph/operators/max-pool.js';
import { reduceMax } from '../../graph/operators/reduce-max.js';
import { reduceMean } from '../../graph/operators/reduce-mean.js';
import { sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { type Builder, weightless } from './builder.js';
import { windowOf } from './convolution.js';
import type { NodeReader } from './node-reader.js';

/** Elements that the windows of all channels may have where they exceed their maps: training holds a tensor of them. */
const LARGEST_WINDOWS = 2 ** 22;

export const pooling = {
  AveragePool: weightless((node) => {
    const x = node.value(0);
    const pool = poolOf(node);
    const [channels, map] = [at(x.shape, 1), x.shape.slice(2)];
    if (isWhole(pool, map)) return reduceMean(x, spatialAxes(node));
    const beyond = pool.kernel.some((size, axis) => size > at(map, axis));
    if (beyond && sizeOf([channels, ...pool.kernel]) > LARGEST_WINDOWS)
      throw node.invalid(`averages windows of [${pool.kernel}] over maps of [${map}]`);
    return averagePool(x, { ...pool, countPadding: node.int('count_include_pad', 0) === 1 });
  }),
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

/** One window that covers the map and, by ceil_mode, what it reaches beyond is not counted. */
function isWhole(
  { kernel, strides, pads, ceil }: ReturnType<typeof poolOf>,
  map: readonly number[],
): boolean {
  return (
    ceil &&
    pads.every((pad) => pad === 0) &&
    kernel.every((size, axis) => size > at(map, axis) && size - at(map, axis) < at(strides, axis))
  );
}

function spatialAxes(node: NodeReader): number[] {
  return [...node.value(0).shape.keys()].slice(2);
}
