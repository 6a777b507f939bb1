import { at } from '../errors.js';
import { conv } from '../graph/operators/conv.js';
import type { ConvAttributes } from '../graph/operators/conv-geometry.js';
import type { ConvInputGradient } from '../graph/operators/conv-input-gradient.js';
import { convTranspose } from '../graph/operators/conv-transpose.js';
import { matmul } from '../graph/operators/matmul.js';
import { reshape } from '../graph/operators/reshape.js';
import { transpose } from '../graph/operators/transpose.js';
import { float32, type Shape } from '../graph/tensor.js';
import { constant, type Value } from '../graph/value.js';
import { adjointPads, hasUnitStride, isPointwise, pixelsOf } from './conv-geometry.js';
import { canBlockDense, denseByBlocks } from './dense-blocked.js';
import { canBlock, canBlockGradients, depthwiseInputGradient } from './depthwise.js';
import { imageColumns } from './image-columns.js';
import type { LoweringOf } from './lowering.js';

/** From this many pixels on, a convolution by the reversed kernel beats a matrix product over gathered windows. */
const LARGE_MAP = 400;

export const convInputGradient: LoweringOf<typeof ConvInputGradient> = {
  lower([dy, w], { shape, ...attributes }, target) {
    if (canBlock(shape, w.shape, attributes, target) && canBlockGradients(shape, w.shape, attributes))
      return [depthwiseInputGradient(dy, w, shape, attributes, target)];
    const adjoint = adjointPads(w.shape, attributes);
    if (!hasUnitStride(attributes) || adjoint.some((pad) => pad < 0))
      return [convTranspose(dy, w, shape, attributes)];
    const gathers = target.device === 'cpu' && attributes.group === 1 && !isPointwise(w.shape, attributes);
    if (gathers && pixelsOf(shape) < LARGE_MAP)
      return [byWindows(dy, w, shape, { ...attributes, pads: adjoint })];
    const flipped = reversed(w, attributes.group);
    const byFlipped = { ...attributes, pads: adjoint };
    return gathers && canBlockDense(flipped.shape, byFlipped, target)
      ? [denseByBlocks(dy, flipped, byFlipped, target)]
      : [conv(dy, flipped, undefined, byFlipped)];
  },
};

/** w [K,C/g,kh,kw] with its taps reversed, and input and output channels exchanged: [C,K/g,kh,kw]. */
export function reversed(w: Value, group: number): Value {
  const [filters = 1, perGroup = 1, kernelHeight = 1, kernelWidth = 1] = w.shape;
  const taps = kernelHeight * kernelWidth;
  const [channels, outputs] = [group * perGroup, filters / group];
  const grouped = reshape(w, [group, outputs, perGroup, taps]);
  const exchanged = reshape(transpose(grouped, [0, 2, 1, 3]), [channels * outputs, taps]);
  // Multiplying by the reversed identity is the fastest way to reverse so few elements at a time.
  const flip = Float32Array.from({ length: taps * taps }, (_, i) =>
    Number((i % taps) + Math.floor(i / taps) === taps - 1),
  );
  const flipped = taps === 1 ? exchanged : matmul(exchanged, constant(float32([taps, taps], flip)));
  return reshape(flipped, [channels, outputs, kernelHeight, kernelWidth]);
}

/** dx = windows of dy, their taps read backwards, times the kernels: nothing is flipped but an index. */
function byWindows(dy: Value, w: Value, shape: Shape, attributes: ConvAttributes): Value {
  const [filters = 1, channels = 1, kernelHeight = 1, kernelWidth = 1] = w.shape;
  const [batch = 1, , rows = 1, columns = 1] = shape;
  const size = kernelHeight * kernelWidth * filters;
  const windows = imageColumns(dy, [kernelHeight, kernelWidth], shape, attributes, true);
  const kernels = reshape(transpose(w, [1, 2, 3, 0]), [channels, size]);
  const product = matmul(kernels, reshape(windows, [batch * rows * columns, size]), { transposeB: true });
  return transpose(reshape(product, [at(shape, 1), batch, rows, columns]), [1, 0, 2, 3]);
}
