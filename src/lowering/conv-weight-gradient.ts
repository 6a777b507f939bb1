import { at } from '../errors.js';
import { add } from '../graph/operators/add.js';
import { conv } from '../graph/operators/conv.js';
import type { ConvAttributes } from '../graph/operators/conv-geometry.js';
import type { ConvWeightGradient } from '../graph/operators/conv-weight-gradient.js';
import { matmul } from '../graph/operators/matmul.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { slice } from '../graph/operators/slice.js';
import { transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import { type Shape, sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { channelDot } from './channels.js';
import { hasUnitStride, isDepthwise, isPointwise, pixelsOf } from './conv-geometry.js';
import { crossovers } from './crossovers.js';
import { canBlockDense } from './dense-blocked.js';
import { canBlock, canBlockGradients, depthwiseWeightGradient } from './depthwise.js';
import { depthwiseByTaps, isByTaps } from './depthwise-taps.js';
import { imageColumns, windowIndex } from './image-columns.js';
import type { LoweringOf } from './lowering.js';
import { isOfPatches, patchesWeightGradient } from './patches.js';
import { rowsOfMaps } from './rows-and-maps.js';
import { depthToSpace, isStem, spaceToDepth } from './space-to-depth.js';
import { isGpu, type Target } from './target.js';
import { isForWinograd } from './winograd/chosen.js';
import { winogradWeightGradient } from './winograd/weight-gradient.js';

export const convWeightGradient: LoweringOf<typeof ConvWeightGradient> = {
  lower([x, dy], { shape, ...attributes }, target) {
    if (isPerChannel(x.shape, shape, attributes)) return [reshape(channelDot(x, dy, target), shape)];
    if (canBlock(x.shape, shape, attributes, target) && canBlockGradients(x.shape, shape, attributes))
      return [depthwiseWeightGradient(x, dy, shape, attributes, target)];
    if (isByTaps(x.shape, shape, attributes, target)) return [depthwiseByTaps(x, dy, shape, attributes)];
    if (isOfPatches(x.shape, shape, attributes)) return [patchesWeightGradient(x, dy, shape)];
    if (isPointwise(shape, attributes))
      return [pointwiseWeightGradient(subsampled(x, dy.shape, attributes), dy, shape, attributes, target)];
    if (isStem(shape, attributes)) return [stem(x, dy, shape, attributes, target)];
    if (isForWinograd('weightGradient', x.shape, shape, attributes, target))
      return [winogradWeightGradient(x, dy, shape, attributes.pads)];
    if (attributes.group === 1) return [weightGradientByWindows(x, dy, shape, attributes, target)];
    return [byConvolution(x, dy, shape, attributes)];
  },
};

/** A number for each channel, as a norm's scale. */
function isPerChannel(x: Shape, w: Shape, attributes: ConvAttributes): boolean {
  const isPixel = w[2] === 1 && w[3] === 1 && attributes.pads.every((pad) => pad === 0);
  return isPixel && isDepthwise(x, w, attributes) && hasUnitStride(attributes);
}

/**
 * dw [K,C] = sum over images of dy x^T: a product for each image, the operand with more rows first, and a sum; or, where
 * the products' K C numbers are more than an image's (K + C) P, which must be moved for that, one product over all images:
 * of maps that lie in blocks over rows of channels, which these become as easily, else over images laid side by side.
 */
function pointwiseWeightGradient(
  x: Value,
  dy: Value,
  shape: Shape,
  attributes: ConvAttributes,
  target: Target,
): Value {
  const [batch, channels] = nchw(x.shape);
  const [, filters] = nchw(dy.shape);
  const pixels = pixelsOf(x.shape);
  if (filters * channels > (filters + channels) * pixels) {
    if (canBlockDense(x.shape, shape, attributes, target))
      return reshape(matmul(rowsOfMaps(dy), rowsOfMaps(x), { transposeA: true }), shape);
    const sideBySide = (maps: Value, rows: number) =>
      reshape(transpose(maps, [1, 0, 2, 3]), [rows, batch * pixels]);
    return reshape(matmul(sideBySide(dy, filters), sideBySide(x, channels), { transposeB: true }), shape);
  }
  const rows = (maps: Value, count: number) => reshape(maps, [batch, count, pixels]);
  const [a, b] =
    filters >= channels ? [rows(dy, filters), rows(x, channels)] : [rows(x, channels), rows(dy, filters)];
  const sum = reshape(reduceSum(matmul(a, b, { transposeB: true }), [0]), [at(a.shape, 1), at(b.shape, 1)]);
  return reshape(filters >= channels ? sum : transpose(sum, [1, 0]), shape);
}

/** The pixels of x that a strided 1x1 kernel looks at. */
function subsampled(x: Value, output: Shape, { strides }: ConvAttributes): Value {
  return [2, 3].reduce((map, axis) => {
    const step = at(strides, axis - 2);
    return slice(map, axis, 0, (at(output, axis) - 1) * step + 1, step);
  }, x);
}

/** dw = dy times the windows of x, of a few images at a time: windows hold a pixel once for each kernel element. */
export function weightGradientByWindows(
  x: Value,
  dy: Value,
  shape: Shape,
  attributes: ConvAttributes,
  target: Target,
): Value {
  const [batch] = nchw(x.shape);
  const bytes = 4 * sizeOf(shape.slice(1)) * batch * pixelsOf(dy.shape);
  const limit = isGpu(target) ? crossovers.windowBytesOnGpu : crossovers.windowBytes;
  const parts = range(1, batch).find((n) => batch % n === 0 && bytes / n <= limit) ?? batch;
  const images = (maps: Value, part: number) =>
    slice(maps, 0, (part * batch) / parts, ((part + 1) * batch) / parts);
  const [, , height, width] = nchw(shape);
  const index = windowIndex(x.shape, { kernel: [height, width], output: dy.shape, attributes });
  return range(0, parts - 1)
    .map((part) => ofImages(images(x, part), images(dy, part), shape, index))
    .reduce(add);
}

function ofImages(x: Value, dy: Value, shape: Shape, index: Value): Value {
  const [filters, channels, kernelHeight, kernelWidth] = nchw(shape);
  const [batch] = nchw(x.shape);
  const pixels = pixelsOf(dy.shape);
  const size = kernelHeight * kernelWidth * channels;
  const windows = imageColumns(x, index);
  const product =
    pixels >= crossovers.productPerImage
      ? reduceSum(matmul(reshape(dy, [batch, filters, pixels]), reshape(windows, [batch, pixels, size])), [0])
      : matmul(
          reshape(transpose(dy, [1, 0, 2, 3]), [filters, batch * pixels]),
          reshape(windows, [batch * pixels, size]),
        );
  return transpose(reshape(product, [filters, kernelHeight, kernelWidth, channels]), [0, 3, 1, 2]);
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** The same over 2x2 pixels as channels: four times fewer, four times longer rows to gather. */
function stem(x: Value, dy: Value, shape: Shape, attributes: ConvAttributes, target: Target): Value {
  const deep = spaceToDepth(x, shape, dy.shape, attributes);
  return depthToSpace(
    weightGradientByWindows(
      deep.x,
      dy,
      deep.shape,
      { ...attributes, strides: [1, 1], pads: [0, 0, 0, 0] },
      target,
    ),
    shape,
  );
}

/**
 * Right for every geometry, and slow. dw[k,c,u,v] = sum over n,i,j of dy[n,k,i,j] x[n,c,i s + u d - p, j s + v d - p]
 * is itself a convolution: of x with the batch as its channels, by dy as a kernel that is dilated by the stride.
 */
function byConvolution(x: Value, dy: Value, shape: Shape, attributes: ConvAttributes): Value {
  const { strides, dilations, pads, group } = attributes;
  const [batch, channels, height, width] = nchw(x.shape);
  const [, filters, rows, columns] = nchw(dy.shape);
  const perGroup = channels / group;
  const grouped = reshape(x, [batch, group, perGroup, height, width]);
  const images = reshape(transpose(grouped, [2, 1, 0, 3, 4]), [perGroup, group * batch, height, width]);
  const kernels = reshape(transpose(dy, [1, 0, 2, 3]), [filters, batch, rows, columns]);
  const all = conv(images, kernels, undefined, { strides: dilations, dilations: strides, pads, group });
  const cropped = slice(slice(all, 2, 0, at(shape, 2)), 3, 0, at(shape, 3));
  return transpose(cropped, [1, 0, 2, 3]);
}
