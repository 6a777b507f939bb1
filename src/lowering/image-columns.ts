import { AdarandError, at } from '../errors.js';
import { concat } from '../graph/operators/concat.js';
import type { ConvAttributes } from '../graph/operators/conv-geometry.js';
import { gather } from '../graph/operators/gather.js';
import { reshape } from '../graph/operators/reshape.js';
import { transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import { int32, type Shape } from '../graph/tensor.js';
import { constant, scalar, type Value } from '../graph/value.js';

/** Places that are listed for a map: enough for 5000 x 5000 results of 3 x 3 pixels, a gigabyte for each channel. */
const MAXIMUM_INDEX = 2 ** 28;

/**
 * Every window of a map as a row: [N, P, T, C] from x [N,C,H,W], with P = output pixels and T = kernel elements.
 *
 * One Gather does it all: pixels become rows of C numbers, a row of zeros stands for the padding, and stride, padding
 * and dilation live in the index, which is a constant. `reversed` lists a window's elements backwards, as a convolution's
 * input gradient reads them.
 */
export function imageColumns(
  x: Value,
  kernel: readonly [number, number],
  output: Shape,
  attributes: ConvAttributes,
  reversed = false,
): Value {
  const [batch, channels, height, width] = nchw(x.shape);
  const pixels = reshape(transpose(x, [0, 2, 3, 1]), [batch, height * width, channels]);
  const withZero = concat([pixels, scalar(0, [batch, 1, channels])], 1);
  const [rows, columns] = [at(output, 2), at(output, 3)];
  const [kernelHeight, kernelWidth] = kernel;
  const elements = kernelHeight * kernelWidth;
  const [top, left] = [at(attributes.pads, 0), at(attributes.pads, 1)];
  const [strideY, strideX] = [at(attributes.strides, 0), at(attributes.strides, 1)];
  const [dilateY, dilateX] = [at(attributes.dilations, 0), at(attributes.dilations, 1)];
  const count = rows * columns * elements;
  if (count > MAXIMUM_INDEX)
    throw new AdarandError(
      'runtime.memory',
      `a convolution with ${rows} x ${columns} results of ${kernelHeight} x ${kernelWidth} pixels each takes more memory than there can be`,
      'Choose a smaller --image-size; else another --model.',
    );
  const index = new Int32Array(count);
  for (let i = 0, o = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let t = 0; t < elements; t++, o++) {
        const element = reversed ? elements - 1 - t : t;
        const row = i * strideY + Math.floor(element / kernelWidth) * dilateY - top;
        const column = j * strideX + (element % kernelWidth) * dilateX - left;
        const inside = row >= 0 && row < height && column >= 0 && column < width;
        index[o] = inside ? row * width + column : height * width;
      }
  return gather(withZero, constant(int32([rows * columns, elements], index)), 1);
}
