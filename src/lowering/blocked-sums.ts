import { at } from '../errors.js';
import { mul } from '../graph/operators/mul.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { nchw } from '../graph/shapes.js';
import { type Shape, sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { pointwiseGeometry } from './conv-geometry.js';
import { blockedConv } from './operators/blocked-conv.js';
import { blockedMean } from './operators/blocked-mean.js';

/**
 * Sums over blocked maps. The runtime's kernels add a map's pixels one after the other, which loses digits where there are
 * many. Maps are therefore summed in segments of some pixels, as if each were a map of its own (in memory it lies like one),
 * and the segments' sums are added up.
 */

/** Pixels that are added one after the other, at most, where a number of so many divides the map's. */
const SEGMENT = 32;

/** A map of so few pixels is one segment; and a segment of fewer than the second number costs more than it gains. */
const [WHOLE, SHORTEST] = [64, 4];

/** Sums of blocked x [N,C,H,W] over pixels, and over images unless they are kept: [N,C] or [C]. */
export function mapSums(x: Value, block: number, keeps: 'images' | 'channels'): Value {
  const segments = inSegments(x.shape);
  const means = blockedMean(reshape(x, segments), block);
  return mul(added(means, x.shape, block, keeps), at(segments, 3));
}

/** Sums of x y per channel, of two blocked maps [N,C,H,W]: [C]. */
export function mapDots(x: Value, y: Value, block: number): Value {
  // All segments side by side, each convolved with the other map's as its kernel: a product and a sum in one pass.
  const segments = inSegments(x.shape);
  const [, maps, , pixels] = nchw(segments);
  const dots = blockedConv(
    { x: reshape(x, segments), w: reshape(y, [maps, 1, 1, pixels]) },
    { ...pointwiseGeometry, group: maps, block },
  );
  return added(dots, x.shape, block, 'channels');
}

/** [1, N C S, 1, H W / S]: S segments of each map, as maps. */
function inSegments(shape: Shape): Shape {
  const [batch, channels, height, width] = nchw(shape);
  const pixels = height * width;
  const segments = segmentsOf(pixels);
  return [1, batch * channels * segments, 1, pixels / segments];
}

function segmentsOf(pixels: number): number {
  if (pixels <= WHOLE) return 1;
  const counts = Array.from({ length: Math.floor(pixels / SHORTEST) }, (_, i) => i + 1);
  const dividing = counts.filter((count) => pixels % count === 0);
  return dividing.find((count) => pixels / count <= SEGMENT) ?? at(dividing, dividing.length - 1);
}

/** The numbers of all segments, which lie as [N, C/b, S, b], added up. */
function added(parts: Value, shape: Shape, block: number, keeps: 'images' | 'channels'): Value {
  const [batch, channels] = nchw(shape);
  const segments = sizeOf(parts.shape) / (batch * channels);
  const lie = reshape(parts, [batch, channels / block, segments, block]);
  return keeps === 'images'
    ? reshape(segments === 1 ? lie : reduceSum(lie, [2]), [batch, channels])
    : reshape(reduceSum(lie, [0, 2]), [channels]);
}
