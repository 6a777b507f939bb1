import { at, invariant } from '../errors.js';
import type { ConvAttributes } from '../graph/operators/conv-geometry.js';
import type { Shape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { blockDenseKernels } from './blocked-kernels.js';
import { pixelsOf } from './conv-geometry.js';
import { blockChannels } from './operators/block-channels.js';
import { blockedConv } from './operators/blocked-conv.js';
import { unblockChannels } from './operators/unblock-channels.js';
import { fillsBlocks, type Target } from './target.js';

/**
 * Whether a dense convolution can run in the blocked layout: whole blocks of filters, and of channels unless these are few;
 * and maps, since of one pixel it is a product of matrices.
 */
export function canBlockDense(
  x: Shape,
  w: Shape,
  { group }: ConvAttributes,
  { channelBlock }: Target,
): boolean {
  if (group !== 1 || pixelsOf(x) === 1 || !fillsBlocks(at(w, 0), channelBlock)) return false;
  const channels = at(w, 1);
  return fillsBlocks(channels, channelBlock) || channels < channelBlock;
}

/** A dense convolution by way of the blocked layout. */
export function denseByBlocks(
  { x, w, bias }: { readonly x: Value; readonly w: Value; readonly bias?: Value | undefined },
  attributes: ConvAttributes,
  { channelBlock: block }: Target,
): Value {
  invariant(block !== undefined, 'no blocked layout on this device');
  const operands = {
    x: at(w.shape, 1) < block ? x : blockChannels(x, block),
    w: blockDenseKernels(w, block),
    bias,
  };
  return unblockChannels(blockedConv(operands, { ...attributes, block }), block);
}
