import { emitUnderOwnName } from '../emit-under-own-name.js';
import type { Primitive } from '../operator.js';
import { apply, type Value } from '../value.js';
import { mul } from './mul.js';
import { reduceSum } from './reduce-sum.js';
import { logSoftmaxRows, type RowAttributes, rowAttributes, rowType } from './softmax-rows.js';
import { sub } from './sub.js';

/** Over the last axis. dx = y (dy - sum(dy y)). */
export const Softmax: Primitive<RowAttributes, 1, 1> = {
  kind: 'primitive',
  name: 'Softmax',
  doc: 'exp(x) / sum(exp(x)) over the last axis.',
  infer: ([x], attributes) => [rowType('Softmax', x, attributes)],
  gradient: ({ outputs: [y], attributes: { axis }, gradients: [dy] }) => [
    () => mul(y, sub(dy, reduceSum(mul(dy, y), [axis]))),
  ],
  evaluate: ([x]) => [logSoftmaxRows(x).map(Math.exp)],
  emit: emitUnderOwnName,
  samples: [{ inputs: [{ shape: [2, 3, 5], range: [-3, 3] }], attributes: { axis: 2 } }],
};

/**
 * exp(x) / sum(exp(x)) over the last axis, and no other.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const softmax = (x: Value): Value => apply(Softmax, [x], rowAttributes('Softmax', x))[0];
