import { nodeOf } from '../graph/node-of.js';
import { Cast } from '../graph/operators/cast.js';
import { Greater } from '../graph/operators/greater.js';
import { hardSigmoid } from '../graph/operators/hard-sigmoid.js';
import { apply, type Value } from '../graph/value.js';
import type { LoweringOf } from './lowering.js';

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
  lower([x], attributes) {
    const [value, edge] = nodeOf(x, Greater)?.inputs ?? [];
    const number = edge && numberOf(edge);
    if (value?.dtype === 'float32' && number !== undefined && attributes.to === 'float32')
      return [hardSigmoid(value, STEEP, 0 - STEEP * number)];
    return [apply(Cast, [x], attributes)[0]];
  },
};

/** The number that a constant of shape [] is, where STEEP times it is one of single precision, too. */
function numberOf({ origin, shape }: Value): number | undefined {
  if (origin.kind !== 'constant' || shape.length > 0) return undefined;
  const [number] = origin.tensor.data;
  return number !== undefined && Number.isFinite(Math.fround(STEEP * Number(number)))
    ? Number(number)
    : undefined;
}
