import { at } from '../../errors.js';
import { nchw } from '../../graph/shapes.js';
import { type Shape, sizeOf } from '../../graph/tensor.js';

/*
 * ONNX Runtime's own layout for convolutions on CPU: channels in blocks of b, [N, C/b, H, W, b] in memory, under the
 * plain shape [N,C,H,W]. Its operators are internal to the library but can be written in a file; depthwise
 * convolutions and their gradients run two to ten times faster through them.
 */

/** Channels per block. */
export type Blocked = { readonly block: number };

/** Between [N, C, H W] and [N, C/b, H W, b]. */
export function permuteChannels(
  shape: Shape,
  data: Float64Array,
  block: number,
  direction: 'block' | 'unblock',
): Float64Array {
  const [batch, channels, height, width] = nchw(shape);
  const area = height * width;
  const result = new Float64Array(sizeOf(shape));
  for (let n = 0, plain = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < area; p++, plain++) {
        const blocked = ((n * (channels / block) + Math.floor(c / block)) * area + p) * block + (c % block);
        if (direction === 'block') result[blocked] = at(data, plain);
        else result[plain] = at(data, blocked);
      }
  return result;
}

/**
 * Dense kernels [K,C,kh,kw] that lie as [K/b, C/b, kh kw, b of C, b of K], laid out plainly; of fewer channels than a block
 * has, as [K/b, C, kh kw, b of K].
 */
export function unblockKernels(shape: Shape, data: Float64Array, block: number): Float64Array {
  const [filters, channels, height, width] = nchw(shape);
  const size = height * width;
  const inner = channels < block ? 1 : block;
  return data.map((_, i) => {
    const element = i % size;
    const c = Math.floor(i / size) % channels;
    const k = Math.floor(i / size / channels) % filters;
    const tile = Math.floor(k / block) * (channels / inner) + Math.floor(c / inner);
    return at(data, ((tile * size + element) * inner + (c % inner)) * block + (k % block));
  });
}
