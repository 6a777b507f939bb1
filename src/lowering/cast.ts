import { nodeOf } from '../graph/node-of.js';
import { And } from '../graph/operators/and.js';
import { Cast } from '../graph/operators/cast.js';
import { Greater } from '../graph/operators/greater.js';
import { hardSigmoid } from '../graph/operators/hard-sigmoid.js';
import { Less } from '../graph/operators/less.js';
import { apply, type Value } from '../graph/value.js';
import { canMask, withinByBlocks } from './blocked-mask.js';
import type { LoweringOf } from './lowering.js';
import { fillsBlocks } from './target.js';

/**
 * A factor so large that the ramp is a step. A power of two keeps `STEEP * x - STEEP * edge` exact at x = edge, where
 * the result is 0; only within 2^-100 above an edge of 0 is it between 0 and 1.
 */
const STEEP = 2 ** 100;

/**
 * Whether x is greater than a number, as 1 or 0: the masks of ReLU and its like. One HardSigmoid pass takes half the
 * time of a comparison and a cast on ONNX Runtime's CPU provider.
 */
export const cast: LoweringOf<typeof Cast> = {
  lower([x], attributes, { channelBlock: block }) {
    const mask = block === undefined || attributes.to !== 'float32' ? undefined : maskOf(x, block);
    if (mask !== undefined) return [mask];
    const [value, edge] = nodeOf(x, Greater)?.inputs ?? [];
    const number = edge && numberOf(edge);
    if (value?.dtype === 'float32' && number !== undefined && attributes.to === 'float32')
      return [hardSigmoid(value, STEEP, 0 - STEEP * number)];
    return [apply(Cast, [x], attributes)[0]];
  },
};

/** The mask of what lies between two numbers, of a map of whole blocks. */
function maskOf(x: Value, block: number): Value | undefined {
  const [above, below] = nodeOf(x, And)?.inputs ?? [];
  const [value, low] = (above && nodeOf(above, Greater))?.inputs ?? [];
  const [same, high] = (below && nodeOf(below, Less))?.inputs ?? [];
  if (value === undefined || value !== same || value.dtype !== 'float32') return undefined;
  const [from, to] = [low && numberOf(low), high && numberOf(high)];
  if (from === undefined || to === undefined || !canMask(from, to)) return undefined;
  const [, channels] = value.shape;
  const fills = value.shape.length === 4 && channels !== undefined && fillsBlocks(channels, block);
  return fills ? withinByBlocks(value, from, to, block) : undefined;
}

/** The number that a constant of shape [] is, where STEEP times it is one of single precision, too. */
function numberOf({ origin, shape }: Value): number | undefined {
  if (origin.kind !== 'constant' || shape.length > 0) return undefined;
  const [number] = origin.tensor.data;
  return number !== undefined && Number.isFinite(Math.fround(STEEP * Number(number)))
    ? Number(number)
    : undefined;
}
