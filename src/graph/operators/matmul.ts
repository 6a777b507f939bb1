import { AdarandError, at } from '../../errors.js';
import { broadcastOffsets, broadcastShapes } from '../broadcast.js';
import { requireFloat } from '../dtypes.js';
import type { Primitive } from '../operator.js';
import { lastTwo } from '../shapes.js';
import { elementAt, type Shape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';

type MatMulAttributes = {
  /** Whether a's last two axes change places first; `matmul`'s default: no. */
  readonly transposeA: boolean;
  /** The same of b. */
  readonly transposeB: boolean;
  /** What the product is multiplied by; `matmul`'s default: 1. */
  readonly alpha: number;
};

/** With C = alpha op(A) op(B), both gradients are again products of this form, so nothing is ever transposed. */
export const MatMul: Primitive<MatMulAttributes, 2, 1> = {
  kind: 'primitive',
  name: 'MatMul',
  doc: 'alpha op(A) op(B), op being the identity or the transpose of the last two axes; leading axes broadcast.',
  infer: ([a, b], { transposeA, transposeB }) => {
    requireFloat('MatMul', 'its first operand', a);
    requireFloat('MatMul', 'its second operand', b);
    const [rows, inner] = rowsAndColumns(a.shape, transposeA);
    const [innerB, columns] = rowsAndColumns(b.shape, transposeB);
    if (inner !== innerB)
      throw new AdarandError(
        'graph.shape',
        `MatMul: [${a.shape}] and [${b.shape}] do not multiply`,
        "The first's last axis must be as long as the second's last but one, each after transposing.",
      );
    const batch = broadcastShapes('MatMul', a.shape.slice(0, -2), b.shape.slice(0, -2));
    return [{ dtype: a.dtype, shape: [...batch, rows, columns] }];
  },
  gradient: ({ inputs: [a, b], attributes: { transposeA, transposeB, alpha }, gradients: [dy] }) => [
    () =>
      transposeA
        ? matmul(b, dy, { transposeA: transposeB, transposeB: true, alpha })
        : matmul(dy, b, { transposeB: !transposeB, alpha }),
    () =>
      transposeB
        ? matmul(dy, a, { transposeA: true, transposeB: transposeA, alpha })
        : matmul(a, dy, { transposeA: !transposeA, alpha }),
  ],
  evaluate: ([a, b], { transposeA, transposeB, alpha }, [y]) => {
    const [rows, inner] = rowsAndColumns(a.shape, transposeA);
    const [, columns] = rowsAndColumns(b.shape, transposeB);
    const batch = y.shape.slice(0, -2);
    const batchA = broadcastOffsets(a.shape.slice(0, -2), batch);
    const batchB = broadcastOffsets(b.shape.slice(0, -2), batch);
    const result = new Float64Array(sizeOf(y.shape));
    for (let n = 0, o = 0; n < sizeOf(batch); n++) {
      const startA = at(batchA, n) * rows * inner;
      const startB = at(batchB, n) * inner * columns;
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          let sum = 0;
          for (let k = 0; k < inner; k++)
            sum +=
              elementAt(a.data, startA + (transposeA ? k * rows + i : i * inner + k)) *
              elementAt(b.data, startB + (transposeB ? j * inner + k : k * columns + j));
          result[o++] = alpha * sum;
        }
    }
    return [result];
  },
  emit: (e, inputs, { inputs: [a, b], attributes }) => {
    const transA = Number(attributes.transposeA);
    const transB = Number(attributes.transposeB);
    const alpha = { float: attributes.alpha };
    if (!transA && !transB && alpha.float === 1) return e.op('MatMul', inputs);
    if (a.shape.length === 2 && b.shape.length === 2) return e.op('Gemm', inputs, { transA, transB, alpha });
    return e.op('FusedMatMul', inputs, { transA, transB, alpha }, { domain: 'com.microsoft' });
  },
  samples: [
    ...[false, true].flatMap((transposeA) =>
      [false, true].map((transposeB) => ({
        inputs: [{ shape: transposeA ? [3, 2] : [2, 3] }, { shape: transposeB ? [4, 3] : [3, 4] }] as const,
        attributes: { transposeA, transposeB, alpha: 1 },
      })),
    ),
    {
      inputs: [{ shape: [2, 3, 4] }, { shape: [4, 2] }],
      attributes: { transposeA: false, transposeB: false, alpha: 2 },
    },
    {
      inputs: [{ shape: [2, 1, 4, 3] }, { shape: [3, 2, 4] }],
      attributes: { transposeA: true, transposeB: true, alpha: 1 },
    },
  ],
};

/**
 * alpha A B of matrices [..., m, n] and [..., n, p]: [..., m, p]. Leading axes broadcast; vectors are no operands.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const matmul = (a: Value, b: Value, attributes: Partial<MatMulAttributes> = {}): Value =>
  apply(MatMul, [a, b], { transposeA: false, transposeB: false, alpha: 1, ...attributes })[0];

/** Of op(x): of x, or of its transpose. */
function rowsAndColumns(shape: Shape, transposed: boolean): readonly [number, number] {
  const [rows, columns] = lastTwo(shape, 'MatMul: an operand');
  return transposed ? [columns, rows] : [rows, columns];
}
