import { add } from '../graph/operators/add.js';
import { erf } from '../graph/operators/erf.js';
import { exp } from '../graph/operators/exp.js';
import type { GeluGradient } from '../graph/operators/gelu-gradient.js';
import { hardSigmoid } from '../graph/operators/hard-sigmoid.js';
import { mul } from '../graph/operators/mul.js';
import type { LoweringOf } from './lowering.js';

/**
 * Passes over x are what this costs, so half of 1 + erf is a HardSigmoid, and -x / 2 serves both the exponent and the
 * factor of phi.
 */
export const geluGradient: LoweringOf<typeof GeluGradient> = {
  lower([x, dy]) {
    const distribution = hardSigmoid(erf(mul(x, Math.SQRT1_2)), 0.5, 0.5);
    const half = mul(x, -0.5);
    const density = mul(mul(half, exp(mul(half, x))), -2 / Math.sqrt(2 * Math.PI));
    return [mul(dy, add(distribution, density))];
  },
};
