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

/** The windows of a convolution, as `windowIndex` lists them. */
export interface ConvWindows {
  readonly kernel: readonly [number, number];
  /** [N,K,H',W'], the convolution's results. */
  readonly output: Shape;
  readonly attributes: ConvAttributes;
  /** Lists a window's elements backwards, as a convolution's input gradient reads them. */
  readonly reversed?: boolean;
}

/**
 * Every window of a map as a row: [N, P, T, C] from x [N,C,H,W], with P = output pixels and T = kernel elements.
 *
 * One Gather does it all: pixels become rows of C numbers, a row of zeros stands for the padding, and stride, padding
 * and dilation live in the index, which is a constant: that of `windowIndex` for maps of this size.
 */
export function imageColumns(x: Value, index: Value): Value {
  const [batch, channels, height, width] = nchw(x.shape);
  const pixels = reshape(transpose(x, [0, 2, 3, 1]), [batch, height * width, channels]);
  const withZero = concat([pixels, scalar(0, [batch, 1, channels])], 1);
  return gather(withZero, index, 1);
}

/** Of maps [N,C,H,W], the pixel at each place of each window, [P,T]; H W, the row of zeros, where there is none. */
export function windowIndex(
  map: Shape,
  { kernel, output, attributes, reversed = false }: ConvWindows,
): Value {
  const [, , height, width] = nchw(map);
  const [, , rows, columns] = nchw(output);
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
  const [first, step] = reversed ? [elements - 1, -1] : [0, 1];
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const place = (i * columns + j) * elements;
      for (let u = 0; u < kernelHeight; u++) {
        const row = i * strideY + u * dilateY - top;
        const isRow = row >= 0 && row < height;
        for (let v = 0; v < kernelWidth; v++) {
          const column = j * strideX + v * dilateX - left;
          const element = u * kernelWidth + v;
          index[place + first + step * element] =
            isRow && column >= 0 && column < width ? row * width + column : height * width;
        }
      }
    }
  return constant(int32([rows * columns, elements], index));
}
