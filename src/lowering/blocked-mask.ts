import { at } from '../errors.js';
import { scalar, type Value } from '../graph/value.js';
import { pointwiseGeometry } from './conv-geometry.js';
import { blockChannels } from './operators/block-channels.js';
import { blockedConv } from './operators/blocked-conv.js';
import { unblockChannels } from './operators/unblock-channels.js';

/** Ramps so steep that they are steps; the upper edge's beats the lower one's from the first number above it on. */
const [LOWER, UPPER] = [2 ** 80, 2 ** 120];

/** Enough to undo the lower edge's ramp, of numbers up to 2^46. */
const UNDONE = -(2 ** 126);

/**
 * 1 where low < x < high, else 0, of a map of whole blocks of channels: ReLU6's mask. Two convolutions of one pixel, whose
 * limits make steps of ramps, take two thirds of the time of two comparisons, what is true of both, and a cast. Only within
 * 2^-80 above `low` is the result between 0 and 1.
 */
export function withinByBlocks(x: Value, low: number, high: number, block: number): Value {
  const channels = at(x.shape, 1);
  const each = (value: number) => scalar(value, [channels, 1, 1, 1]);
  const offset = (value: number) => scalar(value, [channels]);
  const attributes = { ...pointwiseGeometry, group: channels, block };
  const map = blockChannels(x, block);
  const below = blockedConv(
    { x: map, w: each(-UPPER), bias: offset(UPPER * numberBelow(high)) },
    { ...attributes, low: UNDONE, high: 0 },
  );
  const inside = blockedConv(
    { x: map, w: each(LOWER), bias: offset(-LOWER * low), sum: below },
    { ...attributes, low: 0, high: 1 },
  );
  return unblockChannels(inside, block);
}

/**
 * Whether the steps are exact for these edges: they are numbers of single precision, and the next one above `high` is so far
 * away that the upper edge's ramp beats the lower one's there.
 */
export function canMask(low: number, high: number): boolean {
  const areNumbers = [low, high].every((edge) => Math.abs(edge) <= 64 && Math.fround(edge) === edge);
  return areNumbers && Math.abs(high) >= 2 ** -10;
}

/** The largest number of single precision below another that is not 0. */
function numberBelow(x: number): number {
  const bits = new Int32Array(1);
  const number = new Float32Array(bits.buffer);
  number[0] = x;
  bits[0] = at(bits, 0) + (x > 0 ? -1 : 1);
  return at(number, 0);
}
