import { broadcastReader, broadcastShapes } from '../broadcast.js';
import { requireBools, requireSameDType } from '../dtypes.js';
import { emitUnderOwnName } from '../emit-under-own-name.js';
import { type Operand, operandPair } from '../operand.js';
import { noGradient, type Primitive } from '../operator.js';
import { sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';

export const Where: Primitive<Record<never, never>, 3, 1> = {
  kind: 'primitive',
  name: 'Where',
  doc: 'a where the condition holds, else b, broadcasting. Slow on CPU: prefer a product with a mask.',
  infer: ([condition, a, b]) => {
    requireBools('Where', 'its condition', condition);
    requireSameDType('Where', [a, b]);
    const branches = broadcastShapes('Where', a.shape, b.shape);
    return [{ dtype: a.dtype, shape: broadcastShapes('Where', condition.shape, branches) }];
  },
  gradient: ({ inputs: [condition], gradients: [dy] }) => [
    noGradient,
    () => where(condition, dy, 0),
    () => where(condition, 0, dy),
  ],
  evaluate: ([condition, a, b], _attributes, [y]) => {
    const test = broadcastReader(condition, y.shape);
    const left = broadcastReader(a, y.shape);
    const right = broadcastReader(b, y.shape);
    return [new Float64Array(sizeOf(y.shape)).map((_, i) => (test(i) ? left(i) : right(i)))];
  },
  emit: emitUnderOwnName,
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
    ...(['bool', 'int8', 'int64'] as const).map((dtype) => ({
      inputs: [
        { shape: [2, 1], dtype: 'bool', values: [0, 1] },
        { shape: [3], dtype, values: [1, 0, 1] },
        { shape: [2, 3], dtype, values: [0, 1, 1, 0, 1, 0] },
      ] as const,
      attributes: {},
    })),
  ],
};

/**
 * a where `condition` holds, else b: all three broadcast. The condition is of bools, a and b are of one type, any.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const where = (condition: Value, a: Operand, b: Operand): Value =>
  apply(Where, [condition, ...operandPair('Where', a, b, 1)], {})[0];
