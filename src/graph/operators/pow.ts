import { type Operand, operandPair } from '../operand.js';
import { apply, type Value } from '../value.js';
import { binary } from './binary.js';
import { log } from './log.js';
import { mul } from './mul.js';
import { sub } from './sub.js';

export const Pow = binary({
  name: 'Pow',
  doc: 'a to the power b, broadcasting; a > 0 where b needs a gradient.',
  evaluate: (a, b) => a ** b,
  gradient: (a, b, y, dy) => [() => mul(dy, mul(b, pow(a, sub(b, 1)))), () => mul(dy, mul(y, log(a)))],
  domain: { range: [0.5, 2] },
});

/**
 * a to the power b, elementwise and broadcasting; a > 0 where b needs a gradient. A number stands for a constant.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const pow = (a: Operand, b: Operand): Value => apply(Pow, operandPair('Pow', a, b), {})[0];
