import { at } from '../errors.js';
import { add, cast, mul, transpose } from '../graph/ops.js';
import { float32 } from '../graph/tensor.js';
import { constant, type Value } from '../graph/value.js';
import type { Preprocessing } from '../nn/network.js';

/** Normalised images [N,3,H,W], (pixels / 255 - mean) / std per channel, from pixels [N,H,W,3], uint8. */
export function normalize(pixels: Value, { mean, std }: Preprocessing): Value {
  const images = cast(transpose(pixels, [0, 3, 1, 2]), 'float32');
  const scales = std.map((s) => 1 / (255 * s));
  const offsets = mean.map((m, channel) => -m / at(std, channel));
  return add(mul(images, perChannel(scales)), perChannel(offsets));
}

const perChannel = (numbers: readonly number[]): Value => constant(float32([3, 1, 1], numbers));
