import { AdarandError } from '../../errors.js';
import { broadcastOffsets, broadcastShapes } from '../broadcast.js';
import type { Primitive } from '../operator.js';
import { type Shape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';

type MatMulAttributes = {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly alpha: number;
};

/** With C = alpha op(A) op(B), both gradients are again products of this form, so nothing is ever transposed. */
export const MatMul: Primitive<MatMulAttributes, 2, 1> = {
  kind: 'primitive',
  name: 'MatMul',
  doc: 'alpha op(A) op(B), op being the identity or the transpose of the last two axes; leading axes broadcast.',
  infer: ([a, b], { transposeA, transposeB }) => {
    const [rows, inner] = lastTwo(a.shape, transposeA);
    const [innerB, columns] = lastTwo(b.shape, transposeB);
    if (a.shape.length < 2 || b.shape.length < 2 || inner !== innerB)
      throw new AdarandError('graph.shape', `MatMul: [${a.shape}] and [${b.shape}] do not multiply`);
    const batch = broadcastShapes('MatMul', a.shape.slice(0, -2), b.shape.slice(0, -2));
    return [{ dtype: a.dtype, shape: [...batch, rows, columns] }];
  },
  gradient: ({ inputs: [a, b], attributes: { transposeA, transposeB, alpha }, gradients: [dy] }) => [
    dy &&
      (() =>
        transposeA
          ? matmul(b, dy, { transposeA: transposeB, transposeB: true, alpha })
          : matmul(dy, b, { transposeB: !transposeB, alpha })),
    dy &&
      (() =>
        transposeB
          ? matmul(dy, a, { transposeA: true, transposeB: transposeA, alpha })
          : matmul(a, dy, { transposeA: !transposeA, alpha })),
  ],
  evaluate: ([a, b], { transposeA, transposeB, alpha }, [y]) => {
    const [rows, inner] = lastTwo(a.shape, transposeA);
    const [, columns] = lastTwo(b.shape, transposeB);
    const batch = y.shape.slice(0, -2);
    const batchA = broadcastOffsets(a.shape.slice(0, -2), batch);
    const batchB = broadcastOffsets(b.shape.slice(0, -2), batch);
    const result = new Float64Array(sizeOf(y.shape));
    for (let n = 0, o = 0; n < sizeOf(batch); n++) {
      const startA = (batchA[n] ?? 0) * rows * inner;
      const startB = (batchB[n] ?? 0) * inner * columns;
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          let sum = 0;
          for (let k = 0; k < inner; k++)
            sum +=
              (a.data[startA + (transposeA ? k * rows + i : i * inner + k)] ?? 0) *
              (b.data[startB + (transposeB ? j * inner + k : k * columns + j)] ?? 0);
          result[o++] = alpha * sum;
        }
    }
    return [result];
  },
  emit: (e, inputs, node) => {
    const [a, b] = node.inputs;
    const transA = Number(node.attributes.transposeA);
    const transB = Number(node.attributes.transposeB);
    const alpha = { float: Number(node.attributes.alpha) };
    if (!transA && !transB && alpha.float === 1) return e.op('MatMul', inputs);
    if (a?.shape.length === 2 && b?.shape.length === 2)
      return e.op('Gemm', inputs, { transA, transB, alpha });
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

export const matmul = (a: Value, b: Value, attributes: Partial<MatMulAttributes> = {}): Value =>
  apply(MatMul, [a, b], { transposeA: false, transposeB: false, alpha: 1, ...attributes })[0];

function lastTwo(shape: Shape, transposed: boolean): readonly [number, number] {
  const rows = shape.at(-2) ?? 1;
  const columns = shape.at(-1) ?? 1;
  return transposed ? [columns, rows] : [rows, columns];
}
