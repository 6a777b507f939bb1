import { at } from '../errors.js';
import type { ConvAttributes } from '../graph/operators/conv-geometry.js';
import { nchw } from '../graph/shapes.js';
import type { Shape } from '../graph/tensor.js';

/** The attributes of a convolution with a kernel of one pixel, but for its groups. */
export const pointwiseGeometry = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] };

/** Pixels of a map [N,C,H,W]. */
export function pixelsOf(shape: Shape): number {
  const [, , height, width] = nchw(shape);
  return height * width;
}

/** A kernel of one pixel, without padding: a matrix product over channels. */
export function isPointwise(w: Shape, { pads, group }: ConvAttributes): boolean {
  return group === 1 && w[2] === 1 && w[3] === 1 && pads.every((pad) => pad === 0);
}

export function hasUnitStride({ strides, dilations }: ConvAttributes): boolean {
  return strides.every((s) => s === 1) && dilations.every((d) => d === 1);
}

/** One filter per channel. */
export function isDepthwise(x: Shape, w: Shape, { group }: ConvAttributes): boolean {
  return group > 1 && group === x[1] && group === w[0];
}

/** The padding with which dy, convolved by the reversed kernel at stride 1, gives dx of x's own size. */
export function adjointPads(w: Shape, { pads, dilations }: ConvAttributes): number[] {
  return pads.map((pad, i) => (at(w, 2 + (i % 2)) - 1) * at(dilations, i % 2) - pad);
}
