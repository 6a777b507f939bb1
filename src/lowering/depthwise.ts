import { at, invariant } from '../errors.js';
import { concat } from '../graph/operators/concat.js';
import { type ConvAttributes, convOutputShape } from '../graph/operators/conv-geometry.js';
import { expand } from '../graph/operators/expand.js';
import { gather } from '../graph/operators/gather.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import { int32, type Shape, sizeOf } from '../graph/tensor.js';
import { constant, scalar, type Value } from '../graph/value.js';
import { blockDepthwiseKernels } from './blocked-kernels.js';
import { isDepthwise } from './conv-geometry.js';
import { blockChannels } from './operators/block-channels.js';
import { blockedConv } from './operators/blocked-conv.js';
import { unblockChannels } from './operators/unblock-channels.js';
import { reverseRows } from './reversed-kernel.js';
import { fillsBlocks, type Target } from './target.js';

/*
 * Where channels do not fill blocks, those of all images, side by side, may: each map has its own kernel, so a batch of N
 * images of C channels is one image of N C channels, whose kernels are repeated.
 */

/** Whether a convolution is depthwise and the device has the blocked layout for its channels, or for those of all images. */
export function canBlock(x: Shape, w: Shape, attributes: ConvAttributes, { channelBlock }: Target): boolean {
  const [batch, channels] = nchw(x);
  return (
    isDepthwise(x, w, attributes) &&
    fillsBlocks(batch * channels, channelBlock) &&
    attributes.dilations.every((d) => d === 1)
  );
}

/** Whether the recipes below cover both gradients: stride 1 or 2, and paddings that come out non-negative. */
export function canBlockGradients(x: Shape, w: Shape, attributes: ConvAttributes): boolean {
  const [strideY, strideX] = attributes.strides;
  const pads = [...inputGradientPads(x, w, attributes), ...weightGradientPads(x, w, attributes)];
  return strideY === strideX && (strideY === 1 || strideY === 2) && pads.every((pad) => pad >= 0);
}

export function depthwiseForward(
  { x, w, bias }: { readonly x: Value; readonly w: Value; readonly bias: Value | undefined },
  attributes: ConvAttributes,
  target: Target,
): Value {
  const block = blockOf(target);
  if (!fillsBlocks(at(x.shape, 1), block)) {
    const [batch] = nchw(x.shape);
    const y = convOutputShape(x.shape, w.shape, attributes);
    const operands = { x: beside(x), w: repeated(w, batch), bias: bias && repeated(bias, batch) };
    return reshape(depthwiseForward(operands, ofMaps(x.shape, attributes), target), y);
  }
  const operands = { x: blockChannels(x, block), w: blockDepthwiseKernels(w, block), bias };
  return unblockChannels(blockedConv(operands, { ...attributes, block }), block);
}

/** dx = dy, spread out by the stride with zeros between, convolved with the reversed kernel. */
export function depthwiseInputGradient(
  dy: Value,
  w: Value,
  shape: Shape,
  attributes: ConvAttributes,
  target: Target,
): Value {
  const block = blockOf(target);
  if (!fillsBlocks(at(shape, 1), block)) {
    const [batch, channels, height, width] = nchw(shape);
    const one = [1, batch * channels, height, width];
    const maps = ofMaps(shape, attributes);
    return reshape(depthwiseInputGradient(beside(dy), repeated(w, batch), one, maps, target), shape);
  }
  const spread = dilated(blockChannels(dy, block), at(attributes.strides, 0), block);
  const reversed = reshape(reverseRows(kernelRows(w)), w.shape);
  const dx = blockedConv(
    { x: spread, w: blockDepthwiseKernels(reversed, block) },
    {
      strides: [1, 1],
      dilations: [1, 1],
      pads: inputGradientPads(shape, w.shape, attributes),
      group: attributes.group,
      block,
    },
  );
  return unblockChannels(dx, block);
}

/** dw = x, all images' channels side by side, convolved with dy as its kernel, dilated by the stride; summed over images. */
export function depthwiseWeightGradient(
  x: Value,
  dy: Value,
  shape: Shape,
  attributes: ConvAttributes,
  target: Target,
): Value {
  const block = blockOf(target);
  const [batch, channels, height, width] = nchw(x.shape);
  const [, , rows, columns] = nchw(dy.shape);
  if (!fillsBlocks(at(x.shape, 1), block)) {
    const kernels = [batch * channels, ...shape.slice(1)];
    const ofImages = ofMaps(x.shape, attributes);
    const each = depthwiseWeightGradient(beside(x), beside(dy), kernels, ofImages, target);
    return reshape(reduceSum(reshape(each, [batch, sizeOf(shape)]), [0]), shape);
  }
  const maps = batch * channels;
  const images = reshape(blockChannels(x, block), [1, maps, height, width]);
  const kernels = reshape(blockChannels(dy, block), [maps, 1, rows, columns]);
  const each = blockedConv(
    { x: images, w: kernels },
    {
      strides: [1, 1],
      dilations: attributes.strides,
      pads: weightGradientPads(x.shape, shape, attributes),
      group: maps,
      block,
    },
  );
  const size = at(shape, 2) * at(shape, 3);
  const sum = reshape(reduceSum(reshape(each, [batch, size * channels]), [0]), [
    channels / block,
    size,
    block,
  ]);
  return reshape(transpose(sum, [0, 2, 1]), shape);
}

/** Maps [N,C,H,W] as those of one image. */
function beside(maps: Value): Value {
  const [batch, channels, height, width] = nchw(maps.shape);
  return reshape(maps, [1, batch * channels, height, width]);
}

/** A parameter [C,...] for the maps of so many images, [N C,...]. */
function repeated(parameter: Value, images: number): Value {
  const rest = parameter.shape.slice(1);
  const each = expand(reshape(parameter, [1, ...parameter.shape]), [images, ...parameter.shape]);
  return reshape(each, [images * at(parameter.shape, 0), ...rest]);
}

function ofMaps(x: Shape, attributes: ConvAttributes): ConvAttributes {
  const [batch, channels] = nchw(x);
  return { ...attributes, group: batch * channels };
}

function blockOf({ channelBlock }: Target): number {
  invariant(channelBlock !== undefined, 'no blocked layout on this device');
  return channelBlock;
}

/** w [C,1,kh,kw] as [C, kh kw]. */
const kernelRows = (w: Value): Value => reshape(w, [at(w.shape, 0), sizeOf(w.shape.slice(2))]);

/** Blocked y [N,C,O,P] with zeros after every pixel and every row, [N,C,sO,sP]: picked from y's pixels and one of zeros. */
function dilated(y: Value, stride: number, block: number): Value {
  if (stride === 1) return y;
  const [batch, channels, rows, columns] = nchw(y.shape);
  const maps = (batch * channels) / block;
  const pixels = reshape(y, [maps, rows * columns, block]);
  const withZero = concat([pixels, scalar(0, [maps, 1, block])], 1);
  const [height, width] = [stride * rows, stride * columns];
  const index = Int32Array.from({ length: height * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width) / stride, (i % width) / stride];
    return Number.isInteger(row) && Number.isInteger(column) ? row * columns + column : rows * columns;
  });
  return reshape(gather(withZero, constant(int32([height * width], index)), 1), [
    batch,
    channels,
    height,
    width,
  ]);
}

/** Before: kernel - 1 - pad. After: what x's own size asks for, given dy spread out to stride times its size. */
function inputGradientPads(x: Shape, w: Shape, { pads, strides }: ConvAttributes): number[] {
  const before = [0, 1].map((axis) => at(w, axis + 2) - 1 - at(pads, axis));
  const after = [0, 1].map((axis) => {
    const spread = at(strides, axis) * outputSize(x, w, pads, strides, axis);
    return at(x, axis + 2) + at(w, axis + 2) - 1 - at(before, axis) - spread;
  });
  return [...before, ...after];
}

/** Before: the convolution's own. After: such that exactly the kernel's elements come out. */
function weightGradientPads(x: Shape, w: Shape, { pads, strides }: ConvAttributes): number[] {
  const after = [0, 1].map((axis) => {
    const kernel = (outputSize(x, w, pads, strides, axis) - 1) * at(strides, axis) + 1;
    return at(w, axis + 2) - 1 + kernel - at(x, axis + 2) - at(pads, axis);
  });
  return [at(pads, 0), at(pads, 1), ...after];
}

function outputSize(
  x: Shape,
  w: Shape,
  pads: readonly number[],
  strides: readonly number[],
  axis: number,
): number {
  const padded = at(x, axis + 2) + at(pads, axis) + at(pads, axis + 2);
  return Math.floor((padded - at(w, axis + 2)) / at(strides, axis)) + 1;
}
