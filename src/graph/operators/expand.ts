import { broadcastReader, broadcastShapes } from '../broadcast.js';
import type { Primitive } from '../operator.js';
import { requireValues } from '../require-values.js';
import { requireSizes } from '../shapes.js';
import { type Shape, sameShape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';

/** Its gradient is dy itself: the walk sums what was broadcast. */
export const Expand: Primitive<{ readonly shape: readonly number[] }, 1, 1> = {
  kind: 'primitive',
  name: 'Expand',
  doc: 'Broadcasts x to a shape.',
  infer: ([x], { shape }) => {
    requireSizes('Expand', shape);
    return [{ dtype: x.dtype, shape: broadcastShapes('Expand', x.shape, shape) }];
  },
  gradient: ({ gradients: [dy] }) => [() => dy],
  evaluate: ([x], _attributes, [y]) => {
    const read = broadcastReader(x, y.shape);
    return [new Float64Array(sizeOf(y.shape)).map((_, i) => read(i))];
  },
  emit: (e, [x], { outputs: [y] }) => e.op('Expand', [x, e.int64(y.shape)]),
  samples: [
    { inputs: [{ shape: [3, 1] }], attributes: { shape: [2, 3, 4] } },
    { inputs: [{ shape: [] }], attributes: { shape: [2] } },
    { inputs: [{ shape: [1, 1], dtype: 'uint8', values: [3] }], attributes: { shape: [2, 3] } },
    { inputs: [{ shape: [2, 1], dtype: 'bool', values: [0, 1] }], attributes: { shape: [2, 3] } },
  ],
};

/**
 * x broadcast to `shape`; where `shape` has a 1, x keeps its own size.
 *
 * @throws AdarandError `graph.operand`, `graph.shape`.
 */
export function expand(x: Value, shape: Shape): Value {
  requireValues('Expand', [x]);
  return sameShape(x.shape, shape) ? x : apply(Expand, [x], { shape })[0];
}
