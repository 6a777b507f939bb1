import { at } from '../errors.js';
import { Conv } from '../graph/operators/conv.js';
import { type ConvAttributes, convOutputShape } from '../graph/operators/conv-geometry.js';
import { matmul } from '../graph/operators/matmul.js';
import { reshape } from '../graph/operators/reshape.js';
import { transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import { apply, type Value } from '../graph/value.js';
import { isPointwise, pixelsOf } from './conv-geometry.js';
import { crossovers } from './crossovers.js';
import { canBlockDense, denseByBlocks } from './dense-blocked.js';
import { canBlock, depthwiseForward } from './depthwise.js';
import { imageColumns, windowIndex } from './image-columns.js';
import type { LoweringOf } from './lowering.js';
import { gemm } from './operators/gemm.js';
import { isOfPatches, patchesForward } from './patches.js';
import { isForWinograd } from './winograd/chosen.js';
import { winogradForward } from './winograd/forward.js';

export const conv: LoweringOf<typeof Conv> = {
  lower(inputs, attributes, target) {
    const x = at(inputs, 0);
    const w = at(inputs, 1);
    const bias = inputs[2];
    const linear = (rows: Value, kernels: Value) =>
      bias === undefined
        ? matmul(rows, kernels, { transposeB: true })
        : gemm(rows, kernels, bias, { transposeA: false, transposeB: true });
    if (isOfPatches(x.shape, w.shape, attributes)) return [patchesForward(x, w, linear)];
    if (canBlock(x.shape, w.shape, attributes, target))
      return [depthwiseForward({ x, w, bias }, attributes, target)];
    const hasWindows = attributes.group === 1 && !isPointwise(w.shape, attributes) && bias === undefined;
    if (hasWindows && isForWinograd('forward', x.shape, w.shape, attributes, target))
      return [winogradForward(x, w, attributes)];
    if (target.device === 'cpu' && hasWindows && pixelsOf(x.shape) <= crossovers.gatheredWindows)
      return [forwardByWindows(x, w, attributes)];
    return canBlockDense(x.shape, w.shape, attributes, target)
      ? [denseByBlocks({ x, w, bias }, attributes, target)]
      : apply(Conv, inputs, attributes);
  },
};

/** y = the kernels times the windows of x. */
export function forwardByWindows(x: Value, w: Value, attributes: ConvAttributes): Value {
  const y = convOutputShape(x.shape, w.shape, attributes);
  const [batch, filters, rows, columns] = nchw(y);
  const [, channels, kernelHeight, kernelWidth] = nchw(w.shape);
  const size = kernelHeight * kernelWidth * channels;
  const index = windowIndex(x.shape, { kernel: [kernelHeight, kernelWidth], output: y, attributes });
  const windows = reshape(imageColumns(x, index), [batch * rows * columns, size]);
  const kernels = reshape(transpose(w, [0, 2, 3, 1]), [filters, size]);
  const maps = reshape(matmul(kernels, windows, { transposeB: true }), [filters, batch, rows, columns]);
  return transpose(maps, [1, 0, 2, 3]);
}
