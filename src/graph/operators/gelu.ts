import { apply, type Value } from '../value.js';
import { add } from './add.js';
import { erf, erfOf } from './erf.js';
import { exp } from './exp.js';
import { hardSigmoid } from './hard-sigmoid.js';
import { mul } from './mul.js';
import { unary } from './unary.js';

/**
 * d gelu/dx = Phi(x) + x phi(x): from Erf and Exp, never from y / x, which is undefined at 0. Passes over x are what
 * this costs, so half of 1 + erf is a HardSigmoid, and -x / 2 serves both the exponent and the factor of phi.
 */
export const Gelu = unary({
  name: 'Gelu',
  doc: 'x Phi(x), Phi the standard normal distribution function (exact form).',
  evaluate: (x) => 0.5 * x * (1 + erfOf(x * Math.SQRT1_2)),
  gradient: (x, _y, dy) => {
    const distribution = hardSigmoid(erf(mul(x, Math.SQRT1_2)), 0.5, 0.5);
    const half = mul(x, -0.5);
    const density = mul(mul(half, exp(mul(half, x))), -2 / Math.sqrt(2 * Math.PI));
    return mul(dy, add(distribution, density));
  },
  emit: (e, inputs) => e.op('Gelu', inputs, {}, { domain: 'com.microsoft' }),
  domain: { range: [-3, 3] },
  samples: [{}],
});

export const gelu = (x: Value): Value => apply(Gelu, [x], {})[0];
