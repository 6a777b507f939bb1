import type { Primitive } from '../operator.js';
import { apply, type Value } from '../value.js';
import { MatMul } from './matmul.js';

type GemmAttributes = { readonly transposeA: boolean; readonly transposeB: boolean };

/** A product of matrices plus a row, in one kernel: what lowering makes of a linear layer's product and sum. */
export const Gemm: Primitive<GemmAttributes, 3, 1> = {
  kind: 'primitive',
  name: 'Gemm',
  doc: 'op(A) op(B) + c, with c [columns] added to every row.',
  infer: ([a, b], attributes) => MatMul.infer([a, b], { ...attributes, alpha: 1 }),
  gradient: ({ inputs: [a, b], attributes, gradients: [dy] }) => {
    if (dy === undefined) return [];
    const [da, db] = MatMul.gradient({
      inputs: [a, b],
      outputs: [dy],
      attributes: { ...attributes, alpha: 1 },
      gradients: [dy],
    });
    return [da, db, () => dy];
  },
  evaluate: ([a, b, c], attributes, [y]) => {
    const [product] = MatMul.evaluate([a, b], { ...attributes, alpha: 1 }, [y]);
    const width = c.data.length;
    return [product.map((element, i) => element + (c.data[i % width] ?? 0))];
  },
  emit: (e, inputs, { attributes: { transposeA, transposeB } }) =>
    e.op('Gemm', inputs, { transA: Number(transposeA), transB: Number(transposeB) }),
  samples: [
    {
      inputs: [{ shape: [3, 4] }, { shape: [5, 4] }, { shape: [5] }],
      attributes: { transposeA: false, transposeB: true },
    },
    {
      inputs: [{ shape: [4, 3] }, { shape: [4, 2] }, { shape: [2] }],
      attributes: { transposeA: true, transposeB: false },
    },
  ],
};

export const gemm = (a: Value, b: Value, c: Value, attributes: GemmAttributes): Value =>
  apply(Gemm, [a, b, c], attributes)[0];
