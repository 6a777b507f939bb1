import { at } from '../errors.js';
import { concat } from '../graph/operators/concat.js';
import type { ConvAttributes } from '../graph/operators/conv-geometry.js';
import { mul } from '../graph/operators/mul.js';
import { pad } from '../graph/operators/pad.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { slice } from '../graph/operators/slice.js';
import { nchw } from '../graph/shapes.js';
import type { Shape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { isDepthwise } from './conv-geometry.js';
import { isGpu, type Target } from './target.js';

/** Whether a GPU is to compute the weight gradient tap by tap: its convolutions are slow with kernels as large as maps. */
export function isByTaps(x: Shape, w: Shape, attributes: ConvAttributes, target: Target): boolean {
  return isGpu(target) && isDepthwise(x, w, attributes);
}

/** dw[c,u,v] = sum over n,i,j of dy[n,c,i,j] x[n,c,i s + u d - p, j s + v d - p]: for each tap u,v a product and a sum. */
export function depthwiseByTaps(x: Value, dy: Value, shape: Shape, attributes: ConvAttributes): Value {
  const { strides, dilations, pads } = attributes;
  const [channels, , height, width] = nchw(shape);
  const padded = pad(x, [0, 0, at(pads, 0), at(pads, 1)], [0, 0, at(pads, 2), at(pads, 3)]);
  const seen = (map: Value, axis: 2 | 3, tap: number) => {
    const [start, stride] = [tap * at(dilations, axis - 2), at(strides, axis - 2)];
    return slice(map, axis, start, start + (at(dy.shape, axis) - 1) * stride + 1, stride);
  };
  const sums: Value[] = [];
  for (let u = 0; u < height; u++) {
    const rows = seen(padded, 2, u);
    for (let v = 0; v < width; v++) sums.push(reduceSum(mul(seen(rows, 3, v), dy), [2, 3]));
  }
  return reshape(reduceSum(concat(sums, 3), [0]), [channels, 1, height, width]);
}
