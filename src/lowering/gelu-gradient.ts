import { add } from '../graph/operators/add.js';
import { div } from '../graph/operators/div.js';
import { erf } from '../graph/operators/erf.js';
import { exp } from '../graph/operators/exp.js';
import type { GeluGradient } from '../graph/operators/gelu-gradient.js';
import { hardSigmoid } from '../graph/operators/hard-sigmoid.js';
import { mul } from '../graph/operators/mul.js';
import { neg } from '../graph/operators/neg.js';
import type { Value } from '../graph/value.js';
import type { LoweringOf } from './lowering.js';
import type { Target } from './target.js';

/**
 * Passes over x are what this costs. With t = x / sqrt(2), x phi(x) = t exp(-t^2) / sqrt(pi), and t serves the error
 * function, too; half of 1 + erf is a HardSigmoid.
 */
export const geluGradient: LoweringOf<typeof GeluGradient> = {
  lower([x, dy], _attributes, target) {
    const t = mul(x, Math.SQRT1_2);
    const distribution = hardSigmoid(erf(t), 0.5, 0.5);
    return [mul(dy, add(distribution, mul(bell(t, target), 1 / Math.sqrt(Math.PI))))];
  },
};

/** t exp(-t^2), as a quotient: a pass less. Far out it is divided by infinity, which a GPU's compiler may rule out. */
function bell(t: Value, { device }: Target): Value {
  const square = mul(t, t);
  return device === 'webgpu' || device === 'cuda' ? mul(t, exp(neg(square))) : div(t, exp(square));
}
