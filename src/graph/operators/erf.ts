import { apply, type Value } from '../value.js';
import { exp } from './exp.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { unary } from './unary.js';

export const Erf = unary({
  name: 'Erf',
  doc: 'Gauss error function.',
  evaluate: erfOf,
  gradient: (x, _y, dy) => mul(dy, mul(2 / Math.sqrt(Math.PI), exp(neg(mul(x, x))))),
  domain: {},
  samples: [{}],
});

/** The Gauss error function of x, elementwise. @throws AdarandError `graph.operand`, `graph.dtype`. */
export const erf = (x: Value): Value => apply(Erf, [x], {})[0];

/** Maclaurin series below 3, continued fraction of the complement above: 1e-14. */
export function erfOf(x: number): number {
  const t = Math.abs(x);
  if (t > 3) {
    let fraction = 0;
    for (let k = 60; k > 0; k--) fraction = k / 2 / (t + fraction);
    return Math.sign(x) * (1 - Math.exp(-t * t) / (Math.sqrt(Math.PI) * (t + fraction)));
  }
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
