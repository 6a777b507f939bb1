import { at } from '../errors.js';
import { conv } from '../graph/operators/conv.js';
import type { ConvAttributes } from '../graph/operators/conv-geometry.js';
import type { ConvWeightGradient } from '../graph/operators/conv-weight-gradient.js';
import { reshape } from '../graph/operators/reshape.js';
import { slice } from '../graph/operators/slice.js';
import { transpose } from '../graph/operators/transpose.js';
import type { Shape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { LoweringOf } from './lowering.js';

export const convWeightGradient: LoweringOf<typeof ConvWeightGradient> = {
  lower([x, dy], { shape, ...attributes }) {
    return [byConvolution(x, dy, shape, attributes)];
  },
};

/**
 * Right for every geometry, and slow. dw[k,c,u,v] = sum over n,i,j of dy[n,k,i,j] x[n,c,i s + u d - p, j s + v d - p]
 * is itself a convolution: of x with the batch as its channels, by dy as a kernel that is dilated by the stride.
 */
function byConvolution(x: Value, dy: Value, shape: Shape, attributes: ConvAttributes): Value {
  const { strides, dilations, pads, group } = attributes;
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const [, filters = 1, rows = 1, columns = 1] = dy.shape;
  const perGroup = channels / group;
  const grouped = reshape(x, [batch, group, perGroup, height, width]);
  const images = reshape(transpose(grouped, [2, 1, 0, 3, 4]), [perGroup, group * batch, height, width]);
  const kernels = reshape(transpose(dy, [1, 0, 2, 3]), [filters, batch, rows, columns]);
  const all = conv(images, kernels, undefined, { strides: dilations, dilations: strides, pads, group });
  const cropped = slice(slice(all, 2, 0, at(shape, 2)), 3, 0, at(shape, 3));
  return transpose(cropped, [1, 0, 2, 3]);
}
