import { emitDirectly, type Primitive } from '../operator.js';
import { apply, type Value } from '../value.js';
import { exp } from './exp.js';
import { mul } from './mul.js';
import { reduceSum } from './reduce-sum.js';
import { logSoftmaxRows } from './softmax.js';
import { sub } from './sub.js';

/** Over the last axis. dx = dy - exp(y) sum(dy). */
export const LogSoftmax: Primitive<{ readonly axis: number }, 1, 1> = {
  kind: 'primitive',
  name: 'LogSoftmax',
  doc: 'x - log(sum(exp(x))) over the last axis.',
  infer: ([x]) => [x],
  gradient: ({ outputs: [y], gradients: [dy] }) => [
    dy && (() => sub(dy, mul(exp(y), reduceSum(dy, [y.shape.length - 1])))),
  ],
  evaluate: ([x]) => [logSoftmaxRows(x.data, x.shape.at(-1) ?? 1)],
  emit: emitDirectly,
  samples: [{ inputs: [{ shape: [2, 3, 5], range: [-3, 3] }], attributes: { axis: 2 } }],
};

export const logSoftmax = (x: Value): Value => apply(LogSoftmax, [x], { axis: x.shape.length - 1 })[0];
