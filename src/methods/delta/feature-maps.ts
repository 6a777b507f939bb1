import { at } from '../../errors.js';
import { mul, reduceSum, reshape, type Shape, sizeOf, type Value } from '../../graph/ops.js';

/*
 * Intermediate maps are [B, C, h, w] in a convolutional network, with h w pixels, and [B, T, D] in a transformer: D
 * channels, and the T tokens are the pixels.
 */

/** C */
export const channelsOf = (map: Value): number => at(map.shape, channelAxis(map));

/** h w */
export const pixelsOf = (map: Value): number => sizeOf(map.shape) / (at(map.shape, 0) * channelsOf(map));

/** Sums over pixels: [B, C]. */
export function sumPixels(map: Value): Value {
  const pixels = map.shape.flatMap((_, axis) => (axis === 0 || axis === channelAxis(map) ? [] : [axis]));
  return reshape(reduceSum(map, pixels), [at(map.shape, 0), channelsOf(map)]);
}

/** The map with each channel multiplied by its factor, of factors [C]. */
export function scaleChannels(map: Value, factors: Value): Value {
  const axis = channelAxis(map);
  const broadcast: Shape = map.shape.map((size, i) => (i === axis ? size : 1));
  return mul(map, reshape(factors, broadcast));
}

const channelAxis = ({ shape }: Value): number => (shape.length === 4 ? 1 : shape.length - 1);
