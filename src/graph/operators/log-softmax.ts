import { emitUnderOwnName } from '../emit-under-own-name.js';
import type { Primitive } from '../operator.js';
import { apply, type Value } from '../value.js';
import { exp } from './exp.js';
import { mul } from './mul.js';
import { reduceSum } from './reduce-sum.js';
import { logSoftmaxRows, type RowAttributes, rowAttributes, rowType } from './softmax-rows.js';
import { sub } from './sub.js';

/** Over the last axis. dx = dy - exp(y) sum(dy). */
export const LogSoftmax: Primitive<RowAttributes, 1, 1> = {
  kind: 'primitive',
  name: 'LogSoftmax',
  doc: 'x - log(sum(exp(x))) over the last axis.',
  infer: ([x], attributes) => [rowType('LogSoftmax', x, attributes)],
  gradient: ({ outputs: [y], attributes: { axis }, gradients: [dy] }) => [
    () => sub(dy, mul(exp(y), reduceSum(dy, [axis]))),
  ],
  evaluate: ([x]) => [logSoftmaxRows(x)],
  emit: emitUnderOwnName,
  samples: [{ inputs: [{ shape: [2, 3, 5], range: [-3, 3] }], attributes: { axis: 2 } }],
};

/**
 * log(softmax(x)) over the last axis, and no other.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const logSoftmax = (x: Value): Value => apply(LogSoftmax, [x], rowAttributes('LogSoftmax', x))[0];
