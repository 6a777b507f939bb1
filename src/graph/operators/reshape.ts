import { AdarandError } from '../../errors.js';
import type { Primitive } from '../operator.js';
import { type Shape, sameShape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';

export const Reshape: Primitive<{ readonly shape: readonly number[] }, 1, 1> = {
  kind: 'primitive',
  name: 'Reshape',
  doc: 'The same elements under another shape.',
  infer: ([x], { shape }) => {
    if (sizeOf(x.shape) !== sizeOf(shape))
      throw new AdarandError(
        'graph.shape',
        `Reshape: [${x.shape}] does not have as many elements as [${shape}]`,
      );
    return [{ dtype: x.dtype, shape }];
  },
  gradient: ({ inputs: [x], gradients: [dy] }) => [dy && (() => reshape(dy, x.shape))],
  evaluate: ([x]) => [x.data],
  emit: (e, [x = ''], node) => e.op('Reshape', [x, e.int64(node.outputs[0]?.shape ?? [])]),
  samples: [
    { inputs: [{ shape: [2, 6] }], attributes: { shape: [3, 4] } },
    { inputs: [{ shape: [1] }], attributes: { shape: [] } },
  ],
};

/** A reshape of a reshape is one reshape, and of nothing none. */
export function reshape(x: Value, shape: Shape): Value {
  const { origin: from } = x;
  const inner =
    from.kind === 'node' && from.node.operator.name === Reshape.name ? from.node.inputs[0] : undefined;
  const whole = inner ?? x;
  return sameShape(whole.shape, shape) ? whole : apply(Reshape, [whole], { shape })[0];
}
