import { reshape } from '../graph/operators/reshape.js';
import { nchw } from '../graph/shapes.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { pixelsOf } from './conv-geometry.js';
import { blockChannels } from './operators/block-channels.js';

/**
 * Dense kernels w [K,C,kh,kw] in the memory that `BlockedConv` reads, [K/b, C/b, kh kw, b of C, b of K], under w's shape; of
 * fewer channels than a block has, [K/b, C, kh kw, b of K]. The runtime's change of layout is faster than a transpose of five
 * axes: once over the channels of each filter, once over the filters, with all that a filter has as its pixels.
 */
export function blockDenseKernels(w: Value, block: number): Value {
  const [filters, channels] = nchw(w.shape);
  const inBlocks = channels < block || pixelsOf(w.shape) === 1 ? w : blockChannels(w, block);
  const rows = reshape(inBlocks, [1, filters, sizeOf(w.shape.slice(1)), 1]);
  return reshape(blockChannels(rows, block), w.shape);
}

/** Kernels w [C,1,kh,kw] in blocked memory, under w's shape. */
export function blockDepthwiseKernels(w: Value, block: number): Value {
  const [channels, , height, width] = nchw(w.shape);
  return reshape(blockChannels(reshape(w, [1, channels, height, width]), block), w.shape);
}
