import { at } from '../errors.js';
import { concat } from '../graph/operators/concat.js';
import type { ConvAttributes } from '../graph/operators/conv-geometry.js';
import { gather } from '../graph/operators/gather.js';
import { reshape } from '../graph/operators/reshape.js';
import { transpose } from '../graph/operators/transpose.js';
import { int32, type Shape } from '../graph/tensor.js';
import { constant, scalar, type Value } from '../graph/value.js';

/**
 * Every window of a map as a row: [N, P, T, C] from x [N,C,H,W], with P = output pixels and T = taps of the kernel.
 *
 * One Gather does it all: pixels become rows of C numbers, a row of zeros stands for the padding, and stride, padding
 * and dilation live in the index, which is a constant. `reversed` lists a window's taps backwards, as a convolution's
 * input gradient reads them.
 */
export function imageColumns(
  x: Value,
  kernel: readonly [number, number],
  output: Shape,
  attributes: ConvAttributes,
  reversed = false,
): Value {
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const pixels = reshape(transpose(x, [0, 2, 3, 1]), [batch, height * width, channels]);
  const withZero = concat([pixels, scalar(0, [batch, 1, channels])], 1);
  const [rows, columns] = [at(output, 2), at(output, 3)];
  const [kernelHeight, kernelWidth] = kernel;
  const taps = kernelHeight * kernelWidth;
  const [top = 0, left = 0] = attributes.pads;
  const [strideY = 1, strideX = 1] = attributes.strides;
  const [dilateY = 1, dilateX = 1] = attributes.dilations;
  const index = new Int32Array(rows * columns * taps);
  for (let i = 0, o = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let t = 0; t < taps; t++, o++) {
        const tap = reversed ? taps - 1 - t : t;
        const row = i * strideY + Math.floor(tap / kernelWidth) * dilateY - top;
        const column = j * strideX + (tap % kernelWidth) * dilateX - left;
        const inside = row >= 0 && row < height && column >= 0 && column < width;
        index[o] = inside ? row * width + column : height * width;
      }
  return gather(withZero, constant(int32([rows * columns, taps], index)), 1);
}
