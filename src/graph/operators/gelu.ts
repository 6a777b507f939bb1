import { apply, scalar, type Value } from '../value.js';
import { add } from './add.js';
import { erf, erfOf } from './erf.js';
import { exp } from './exp.js';
import { mul } from './mul.js';
import { unary } from './unary.js';

const phi = (x: Value) => mul(add(erf(mul(x, scalar(Math.SQRT1_2))), scalar(1)), scalar(0.5));

/** d gelu/dx = Phi(x) + x phi(x): from Erf and Exp, never from y / x, which is undefined at 0. */
export const Gelu = unary({
  name: 'Gelu',
  doc: 'x Phi(x), Phi the standard normal distribution function (exact form).',
  evaluate: (x) => 0.5 * x * (1 + erfOf(x * Math.SQRT1_2)),
  gradient: (x, _y, dy) => {
    const density = mul(exp(mul(mul(x, x), scalar(-0.5))), scalar(1 / Math.sqrt(2 * Math.PI)));
    return mul(dy, add(phi(x), mul(x, density)));
  },
  emit: (e, inputs) => e.op('Gelu', inputs, {}, { domain: 'com.microsoft' }),
  domain: { range: [-3, 3] },
  samples: [{}],
});

export const gelu = (x: Value): Value => apply(Gelu, [x], {})[0];
