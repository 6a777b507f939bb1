import { AdarandError } from '../../errors.js';
import { requireFloat } from '../../graph/dtypes.js';
import type { Primitive } from '../../graph/operator.js';
import { MatMul } from '../../graph/operators/matmul.js';
import { matrix } from '../../graph/shapes.js';
import { elementAt } from '../../graph/tensor.js';
import { apply, type Value } from '../../graph/value.js';
import { onlyLowered } from './only-lowered.js';

type GemmAttributes = { readonly transposeA: boolean; readonly transposeB: boolean };

/** A product of matrices plus a row, in one kernel: what lowering makes of a linear layer's product and sum. */
export const Gemm: Primitive<GemmAttributes, 3, 1> = {
  kind: 'primitive',
  name: 'Gemm',
  doc: 'op(A) op(B) + c, with c [columns] added to every row.',
  infer: ([a, b, c], attributes) => {
    matrix(a.shape, 'Gemm: its first operand');
    matrix(b.shape, 'Gemm: its second operand');
    requireFloat('Gemm', 'its third operand', c);
    const [product] = MatMul.infer([a, b], { ...attributes, alpha: 1 });
    const [, columns] = matrix(product.shape);
    if (c.shape.length !== 1 || c.shape[0] !== columns)
      throw new AdarandError(
        'graph.shape',
        `Gemm: a row [${c.shape}] is not added to a product of ${columns} columns`,
        `It is one number for each column: [${columns}].`,
      );
    return [product];
  },
  gradient: () => [onlyLowered, onlyLowered, onlyLowered],
  evaluate: ([a, b, c], attributes, [y]) => {
    const [product] = MatMul.evaluate([a, b], { ...attributes, alpha: 1 }, [y]);
    return [product.map((element, i) => element + elementAt(c.data, i % c.data.length))];
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
