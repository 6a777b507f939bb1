import { emitDirectly, type Primitive } from '../operator.js';
import { apply, type Value } from '../value.js';
import { mul } from './mul.js';
import { reduceSum } from './reduce-sum.js';
import { sub } from './sub.js';

/** Over the last axis. dx = y (dy - sum(dy y)). */
export const Softmax: Primitive<{ readonly axis: number }, 1, 1> = {
  kind: 'primitive',
  name: 'Softmax',
  doc: 'exp(x) / sum(exp(x)) over the last axis.',
  infer: ([x]) => [x],
  gradient: ({ outputs: [y], gradients: [dy] }) => [
    dy &&
      (() => {
        const last = [y.shape.length - 1];
        return mul(y, sub(dy, reduceSum(mul(dy, y), last)));
      }),
  ],
  evaluate: ([x]) => [logSoftmaxRows(x.data, x.shape.at(-1) ?? 1).map(Math.exp)],
  emit: emitDirectly,
  samples: [{ inputs: [{ shape: [2, 3, 5], range: [-3, 3] }], attributes: { axis: 2 } }],
};

export const softmax = (x: Value): Value => apply(Softmax, [x], { axis: x.shape.length - 1 })[0];

/** log softmax of each row of `size` elements, by subtracting the row's maximum first. */
export function logSoftmaxRows(data: Float64Array, size: number): Float64Array {
  const result = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += size) {
    const row = data.subarray(start, start + size);
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const log = top + Math.log(row.reduce((sum, element) => sum + Math.exp(element - top), 0));
    row.forEach((element, i) => {
      result[start + i] = element - log;
    });
  }
  return result;
}
