import { broadcastReader, broadcastShapes } from '../broadcast.js';
import type { Primitive } from '../operator.js';
import { type Shape, sameShape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';

/** Its gradient is dy itself: the walk sums what was broadcast. */
export const Expand: Primitive<{ readonly shape: readonly number[] }, 1, 1> = {
  kind: 'primitive',
  name: 'Expand',
  doc: 'Broadcasts x to a shape.',
  infer: ([x], { shape }) => [{ dtype: x.dtype, shape: broadcastShapes('Expand', x.shape, shape) }],
  gradient: ({ gradients: [dy] }) => [dy && (() => dy)],
  evaluate: ([x], _attributes, [y]) => {
    const read = broadcastReader(x, y.shape);
    return [new Float64Array(sizeOf(y.shape)).map((_, i) => read(i))];
  },
  emit: (e, [x = ''], node) => e.op('Expand', [x, e.int64(node.outputs[0]?.shape ?? [])]),
  samples: [
    { inputs: [{ shape: [3, 1] }], attributes: { shape: [2, 3, 4] } },
    { inputs: [{ shape: [] }], attributes: { shape: [2] } },
  ],
};

export const expand = (x: Value, shape: Shape): Value =>
  sameShape(x.shape, shape) ? x : apply(Expand, [x], { shape })[0];
