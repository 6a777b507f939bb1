import { broadcastReader, broadcastShapes } from '../broadcast.js';
import { emitDirectly, type Primitive } from '../operator.js';
import { sizeOf } from '../tensor.js';
import { apply, scalar, type Value } from '../value.js';

export const Where: Primitive<Record<never, never>, 3, 1> = {
  kind: 'primitive',
  name: 'Where',
  doc: 'a where the condition holds, else b, broadcasting. Slow on CPU: prefer a product with a mask.',
  infer: ([condition, a, b]) => [
    {
      dtype: a.dtype,
      shape: broadcastShapes('Where', condition.shape, broadcastShapes('Where', a.shape, b.shape)),
    },
  ],
  gradient: ({ inputs: [condition], gradients: [dy] }) =>
    dy === undefined
      ? []
      : [undefined, () => where(condition, dy, scalar(0)), () => where(condition, scalar(0), dy)],
  evaluate: ([condition, a, b], _attributes, [y]) => {
    const test = broadcastReader(condition, y.shape);
    const left = broadcastReader(a, y.shape);
    const right = broadcastReader(b, y.shape);
    return [new Float64Array(sizeOf(y.shape)).map((_, i) => (test(i) ? left(i) : right(i)))];
  },
  emit: emitDirectly,
  samples: [
    {
      inputs: [
        { shape: [2, 3], dtype: 'bool', values: [0, 1, 0, 1, 1, 0] },
        { shape: [2, 3] },
        { shape: [3] },
      ],
      attributes: {},
    },
    {
      inputs: [{ shape: [2, 1], dtype: 'bool', values: [0, 1] }, { shape: [] }, { shape: [2, 3] }],
      attributes: {},
    },
  ],
};

export const where = (condition: Value, a: Value, b: Value): Value => apply(Where, [condition, a, b], {})[0];
