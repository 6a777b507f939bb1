import { conv } from '../graph/operators/conv.js';
import type { ConvAttributes } from '../graph/operators/conv-geometry.js';
import type { ConvInputGradient } from '../graph/operators/conv-input-gradient.js';
import { convTranspose } from '../graph/operators/conv-transpose.js';
import { matmul } from '../graph/operators/matmul.js';
import { reshape } from '../graph/operators/reshape.js';
import { transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import type { Shape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { adjointPads, hasUnitStride, isPointwise, pixelsOf } from './conv-geometry.js';
import { crossovers } from './crossovers.js';
import { canBlockDense, denseByBlocks } from './dense-blocked.js';
import { canBlock, canBlockGradients, depthwiseInputGradient } from './depthwise.js';
import { imageColumns, windowIndex } from './image-columns.js';
import type { LoweringOf } from './lowering.js';
import { isOfPatches, patchesInputGradient } from './patches.js';
import { reversedKernel } from './reversed-kernel.js';
import { isForWinograd } from './winograd/chosen.js';
import { winogradInputGradient } from './winograd/input-gradient.js';
import { canWeave, wovenInputGradient } from './woven-input-gradient.js';

export const convInputGradient: LoweringOf<typeof ConvInputGradient> = {
  lower([dy, w], { shape, ...attributes }, target) {
    if (isOfPatches(shape, w.shape, attributes)) return [patchesInputGradient(dy, w, shape)];
    if (canBlock(shape, w.shape, attributes, target) && canBlockGradients(shape, w.shape, attributes))
      return [depthwiseInputGradient(dy, w, shape, attributes, target)];
    if (!hasUnitStride(attributes) && canWeave(shape, w.shape, attributes, target))
      return [wovenInputGradient(dy, w, shape, attributes, target)];
    const adjoint = adjointPads(w.shape, attributes);
    if (!hasUnitStride(attributes) || adjoint.some((pad) => pad < 0))
      return [convTranspose(dy, w, shape.slice(2), attributes)];
    if (isForWinograd('inputGradient', shape, w.shape, attributes, target))
      return [winogradInputGradient(dy, w, shape, adjoint)];
    const gathers = target.device === 'cpu' && attributes.group === 1 && !isPointwise(w.shape, attributes);
    if (gathers && pixelsOf(shape) < crossovers.reversedKernel)
      return [inputGradientByWindows(dy, w, shape, { ...attributes, pads: adjoint })];
    const flipped = reversedKernel(w, attributes.group);
    const byFlipped = { ...attributes, pads: adjoint };
    return canBlockDense(dy.shape, flipped.shape, byFlipped, target)
      ? [denseByBlocks({ x: dy, w: flipped }, byFlipped, target)]
      : [conv(dy, flipped, undefined, byFlipped)];
  },
};

/** dx = windows of dy, their elements read backwards, times the kernels: nothing is flipped but an index. */
export function inputGradientByWindows(dy: Value, w: Value, shape: Shape, attributes: ConvAttributes): Value {
  const [filters, channels, kernelHeight, kernelWidth] = nchw(w.shape);
  const [batch, , rows, columns] = nchw(shape);
  const size = kernelHeight * kernelWidth * filters;
  const index = windowIndex(dy.shape, {
    kernel: [kernelHeight, kernelWidth],
    output: shape,
    attributes,
    reversed: true,
  });
  const windows = imageColumns(dy, index);
  const kernels = reshape(transpose(w, [1, 2, 3, 0]), [channels, size]);
  const product = matmul(kernels, reshape(windows, [batch * rows * columns, size]), { transposeB: true });
  return transpose(reshape(product, [channels, batch, rows, columns]), [1, 0, 2, 3]);
}
