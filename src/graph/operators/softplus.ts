import { apply, type Value } from '../value.js';
import { mul } from './mul.js';
import { sigmoid } from './sigmoid.js';
import { unary } from './unary.js';

export const Softplus = unary({
  name: 'Softplus',
  doc: 'ln(1 + exp(x)).',
  evaluate: (x) => Math.log1p(Math.exp(x)),
  gradient: (x, _y, dy) => mul(dy, sigmoid(x)),
  domain: {},
  samples: [{}],
});

/** ln(1 + exp(x)), elementwise. @throws AdarandError `graph.operand`, `graph.dtype`. */
export const softplus = (x: Value): Value => apply(Softplus, [x], {})[0];
