import { at } from '../errors.js';
import { concat } from '../graph/operators/concat.js';
import type { ConvAttributes } from '../graph/operators/conv-geometry.js';
import { pad } from '../graph/operators/pad.js';
import { reshape } from '../graph/operators/reshape.js';
import { slice } from '../graph/operators/slice.js';
import { transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import type { Shape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { crossovers } from './crossovers.js';

/** Whether a convolution is a stem: few channels, a stride, a kernel larger than the stride. */
export function isStem(w: Shape, { strides, dilations, group }: ConvAttributes): boolean {
  return (
    group === 1 &&
    at(w, 1) <= crossovers.stemChannels &&
    strides.every((s) => s === 2) &&
    dilations.every((d) => d === 1) &&
    at(w, 2) > 3
  );
}

/**
 * A convolution of stride 2 is one of stride 1 over 2x2 pixels taken as four times the channels: x' [N,4C,H',W'],
 * w' [K,4C,ceil(kh/2),ceil(kw/2)], no padding. Returns x' and w's new shape; channel (2u + v) C + c is pixel (u, v).
 */
export function spaceToDepth(
  x: Value,
  w: Shape,
  output: Shape,
  { pads }: ConvAttributes,
): { x: Value; shape: Shape } {
  const kernel = [2, 3].map((axis) => Math.ceil(at(w, axis) / 2));
  const sizes = [0, 1].map((axis) => 2 * (at(output, axis + 2) + at(kernel, axis) - 1));
  // What the last windows do not reach is cut off, so padding after may be negative.
  const after = sizes.map((size, axis) => size - at(x.shape, axis + 2) - at(pads, axis));
  const cropped = after.reduce((map, count, axis) => {
    const size = at(map.shape, axis + 2);
    return slice(map, axis + 2, 0, size + Math.min(0, count));
  }, x);
  const padded = pad(
    cropped,
    [0, 0, at(pads, 0), at(pads, 1)],
    [0, 0, ...after.map((count) => Math.max(0, count))],
  );
  const phases = [0, 1].flatMap((u) =>
    [0, 1].map((v) => slice(slice(padded, 2, u, at(sizes, 0), 2), 3, v, at(sizes, 1), 2)),
  );
  return { x: concat(phases, 1), shape: [at(w, 0), 4 * at(w, 1), ...kernel] };
}

/** A gradient of w' as one of w. */
export function depthToSpace(dw: Value, w: Shape): Value {
  const [filters, channels, height, width] = nchw(w);
  const [, , rows, columns] = nchw(dw.shape);
  const phases = reshape(dw, [filters, 2, 2, channels, rows, columns]);
  const whole = reshape(transpose(phases, [0, 3, 4, 1, 5, 2]), [filters, channels, 2 * rows, 2 * columns]);
  return slice(slice(whole, 2, 0, height), 3, 0, width);
}
