import { AdarandError } from '../../errors.js';
import { nodeOf } from '../node-of.js';
import type { Primitive } from '../operator.js';
import { requireValues } from '../require-values.js';
import { requireSizes } from '../shapes.js';
import { type Shape, sameShape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';

export const Reshape: Primitive<{ readonly shape: readonly number[] }, 1, 1> = {
  kind: 'primitive',
  name: 'Reshape',
  doc: 'The same elements under another shape.',
  infer: ([x], { shape }) => {
    requireSizes('Reshape', shape);
    if (sizeOf(x.shape) !== sizeOf(shape))
      throw new AdarandError(
        'graph.shape',
        `Reshape: [${x.shape}] does not have as many elements as [${shape}]`,
        `It has ${sizeOf(x.shape)}.`,
      );
    return [{ dtype: x.dtype, shape }];
  },
  gradient: ({ inputs: [x], gradients: [dy] }) => [() => reshape(dy, x.shape)],
  evaluate: ([x]) => [x.data],
  emit: (e, [x], { attributes: { shape } }) => e.op('Reshape', [x, e.int64(shape)]),
  samples: [
    { inputs: [{ shape: [2, 6] }], attributes: { shape: [3, 4] } },
    { inputs: [{ shape: [1] }], attributes: { shape: [] } },
  ],
};

/**
 * The elements of x, in their order, under another shape of as many; no size is left open (-1). A reshape of a reshape
 * is one reshape, and of nothing none.
 *
 * @throws AdarandError `graph.operand`, `graph.shape`.
 */
export function reshape(x: Value, shape: Shape): Value {
  requireValues('Reshape', [x]);
  const before = nodeOf(x, Reshape);
  const whole = before === undefined ? x : before.inputs[0];
  return sameShape(whole.shape, shape) ? whole : apply(Reshape, [whole], { shape })[0];
}
