import { at } from '../errors.js';
import { reshape } from '../graph/operators/reshape.js';
import { transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { blockChannels } from './operators/block-channels.js';

/**
 * Dense kernels w [K,C,kh,kw] in the memory that `BlockedConv` reads, [K/b, C/b, kh kw, b of C, b of K], under w's shape; of
 * fewer channels than a block has, [K/b, C, kh kw, b of K]. The runtime's change of layout is faster than a transpose of five
 * axes: once over the channels of each filter, once over the filters, with all that a filter has as its pixels.
 */
export function blockDenseKernels(w: Value, block: number): Value {
  const [filters, channels] = nchw(w.shape);
  const inBlocks = channels < block || isPointwise(w) ? w : blockChannels(w, block);
  const rows = reshape(inBlocks, [1, filters, sizeOf(w.shape.slice(1)), 1]);
  return reshape(blockChannels(rows, block), w.shape);
}

/** Kernels w [C,1,kh,kw] in blocked memory, under w's shape. */
export function blockDepthwiseKernels(w: Value, block: number): Value {
  const [channels, , height, width] = nchw(w.shape);
  return reshape(blockChannels(reshape(w, [1, channels, height, width]), block), w.shape);
}

/** w [K,C,1,1] as the kernels of its adjoint, [C,K,1,1]. */
export function exchanged(w: Value): Value {
  const [filters, channels] = nchw(w.shape);
  return reshape(transpose(reshape(w, [filters, channels]), [1, 0]), [channels, filters, 1, 1]);
}

function isPointwise(w: Value): boolean {
  return at(w.shape, 2) * at(w.shape, 3) === 1;
}
