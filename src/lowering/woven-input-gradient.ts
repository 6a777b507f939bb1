import { at, invariant } from '../errors.js';
import { concat } from '../graph/operators/concat.js';
import type { ConvAttributes } from '../graph/operators/conv-geometry.js';
import { gather } from '../graph/operators/gather.js';
import { reshape } from '../graph/operators/reshape.js';
import { transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import { int32, type Shape, sizeOf } from '../graph/tensor.js';
import { constant, type Value } from '../graph/value.js';
import { blockChannels } from './operators/block-channels.js';
import { blockedConv } from './operators/blocked-conv.js';
import { unblockChannels } from './operators/unblock-channels.js';
import { fillsBlocks, type Target } from './target.js';

/*
 * The input gradient of a convolution of stride s, one dimension for each axis alike:
 *
 *     dx[p] = sum over u, with (p + pad - u) divisible by s, of w[u] dy[(p + pad - u) / s].
 *
 * Pixels p = s i + phase of one phase see the same elements u, so each phase is a convolution of stride 1 of dy, by a
 * kernel of every s-th element of w, backwards; dx is these woven together. Nothing is multiplied by zeros, and nothing
 * is added up in memory, as ConvTranspose does.
 */

/** A phase along one axis: the elements of w that it sees, in dy's order, and the padding of its convolution. */
interface Phase {
  readonly elements: readonly number[];
  readonly before: number;
  readonly after: number;
}

/** Whether kernels overlap, dx divides into phases of one size, and the device has the blocked layout for the channels. */
export function canWeave(
  shape: Shape,
  w: Shape,
  attributes: ConvAttributes,
  { channelBlock }: Target,
): boolean {
  const { strides, dilations, group } = attributes;
  const [filters, channels] = nchw(w);
  if (!fillsBlocks(filters, channelBlock) || !fillsBlocks(channels, channelBlock)) return false;
  const divides = strides.every(
    (stride, axis) => at(w, axis + 2) > stride && at(shape, axis + 2) % stride === 0,
  );
  if (group !== 1 || !divides || dilations.some((d) => d !== 1)) return false;
  return [0, 1].every((axis) =>
    phasesOf(axis, shape, w, attributes).every(({ before, after }) => before >= 0 && after >= 0),
  );
}

/** dx of the given shape from dy [N,K,h,w] and w [K,C,kh,kw]. */
export function wovenInputGradient(
  dy: Value,
  w: Value,
  shape: Shape,
  attributes: ConvAttributes,
  { channelBlock: block }: Target,
): Value {
  invariant(block !== undefined, 'no blocked layout on this device');
  const [batch, channels, height, width] = nchw(shape);
  const [filters, , , kernelWidth] = nchw(w.shape);
  const [vertical, horizontal] = [
    phasesOf(0, shape, w.shape, attributes),
    phasesOf(1, shape, w.shape, attributes),
  ];
  const kernels = adjointKernels(w, block);
  const blocked = blockChannels(dy, block);
  const phase = (y: Phase, x: Phase): Value => {
    const elements = y.elements.flatMap((u) => x.elements.map((v) => u * kernelWidth + v));
    const picked = gather(kernels, constant(int32([elements.length], elements)), 2);
    const kernel = reshape(picked, [channels, filters, y.elements.length, x.elements.length]);
    const pads = [y.before, x.before, y.after, x.after];
    const attributes = { strides: [1, 1], dilations: [1, 1], pads, group: 1, block };
    return blockedConv({ x: blocked, w: kernel }, attributes);
  };
  const pixels = (batch * channels * height * width) / (vertical.length * horizontal.length * block);
  const rows = (batch * channels * height) / (vertical.length * block);
  const lines = vertical.map((y) =>
    woven(
      horizontal.map((x) => phase(y, x)),
      [pixels, block],
    ),
  );
  return unblockChannels(reshape(woven(lines, [rows, width * block]), shape), block);
}

function phasesOf(axis: number, shape: Shape, w: Shape, { strides, pads }: ConvAttributes): Phase[] {
  const [stride, pad, kernel] = [at(strides, axis), at(pads, axis), at(w, axis + 2)];
  const size = at(shape, axis + 2);
  const outputs = Math.floor((size + pad + at(pads, axis + 2) - kernel) / stride) + 1;
  return Array.from({ length: stride }, (_, phase) => {
    const elements = Array.from({ length: kernel }, (_, u) => u)
      .filter((u) => (phase + pad - u) % stride === 0)
      .toReversed();
    // Element u of w meets dy's pixel i + offset.
    const offsets = elements.map((u) => (phase + pad - u) / stride);
    return {
      elements,
      before: 0 - at(offsets, 0),
      after: size / stride - outputs + at(offsets, offsets.length - 1),
    };
  });
}

/**
 * w [K,C,kh,kw] as the kernels [C/b, K/b, kh kw, b of K, b of C] that dy is convolved with. The first step puts channels
 * last, and the second moves b numbers at a time.
 */
function adjointKernels(w: Value, block: number): Value {
  const [filters, channels] = nchw(w.shape);
  const size = sizeOf(w.shape.slice(2));
  const tiles = reshape(blockChannels(w, block), [filters / block, block, channels / block, size, block]);
  return transpose(tiles, [2, 0, 3, 1, 4]);
}

/** Maps as rows of the given shape, each map's first row, then each one's second, and so on. */
const woven = (maps: readonly Value[], rows: Shape): Value =>
  concat(
    maps.map((map) => reshape(map, rows)),
    1,
  );
