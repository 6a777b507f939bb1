import { at } from '../errors.js';
import { Conv } from '../graph/operators/conv.js';
import { convOutputShape } from '../graph/operators/conv-geometry.js';
import { matmul } from '../graph/operators/matmul.js';
import { reshape } from '../graph/operators/reshape.js';
import { transpose } from '../graph/operators/transpose.js';
import { apply } from '../graph/value.js';
import { isPointwise, pixelsOf } from './conv-geometry.js';
import { canBlockDense, denseByBlocks } from './dense-blocked.js';
import { canBlock, depthwiseForward } from './depthwise.js';
import { imageColumns } from './image-columns.js';
import type { LoweringOf } from './lowering.js';

/** On maps this small the runtime's own convolution falls behind a matrix product over gathered windows. */
const SMALL_MAP = 64;

export const conv: LoweringOf<typeof Conv> = {
  lower(inputs, attributes, target) {
    const x = at(inputs, 0);
    const w = at(inputs, 1);
    const bias = inputs[2];
    if (bias === undefined && canBlock(x.shape, w.shape, attributes, target))
      return [depthwiseForward(x, w, attributes, target)];
    const dense = attributes.group === 1 && !isPointwise(w.shape, attributes) && bias === undefined;
    if (target.device !== 'cpu' || !dense) return apply(Conv, inputs, attributes);
    if (pixelsOf(x.shape) > SMALL_MAP)
      return canBlockDense(w.shape, attributes, target)
        ? [denseByBlocks(x, w, attributes, target)]
        : apply(Conv, inputs, attributes);
    const y = convOutputShape(x.shape, w.shape, attributes);
    const [batch = 1, filters = 1, rows = 1, columns = 1] = y;
    const [, channels = 1, kernelHeight = 1, kernelWidth = 1] = w.shape;
    const size = kernelHeight * kernelWidth * channels;
    const windows = reshape(imageColumns(x, [kernelHeight, kernelWidth], y, attributes), [
      batch * rows * columns,
      size,
    ]);
    const kernels = reshape(transpose(w, [0, 2, 3, 1]), [filters, size]);
    const maps = reshape(matmul(kernels, windows, { transposeB: true }), [filters, batch, rows, columns]);
    return [transpose(maps, [1, 0, 2, 3])];
  },
};
