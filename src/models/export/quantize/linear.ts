import { at } from '../../../errors.js';
import { nodeOf } from '../../../graph/node-of.js';
import { noGradient, type Primitive } from '../../../graph/operator.js';
import { Add } from '../../../graph/operators/add.js';
import { MatMul } from '../../../graph/operators/matmul.js';
import { rewrite } from '../../../graph/rewrite.js';
import { elementAt } from '../../../graph/tensor.js';
import { apply, type Value } from '../../../graph/value.js';
import { readersOf } from '../../../lowering/readers.js';

/** A linear layer in one operator, x [N,C], w [D,C] or transposed [C,D], b [D]: a product and a sum do not run in 8 bits. */
export const Linear: Primitive<{ readonly transposed: boolean }, 3, 1> = {
  kind: 'primitive',
  name: 'Linear',
  doc: 'x w^T + b, or x w + b.',
  infer: ([x, , b]) => [{ dtype: x.dtype, shape: [at(x.shape, 0), at(b.shape, 0)] }],
  gradient: () => [noGradient, noGradient, noGradient],
  evaluate: ([x, w, b], { transposed }, [y]) => {
    const [rows, outputs, inner] = [at(y.shape, 0), at(y.shape, 1), at(x.shape, 1)];
    const weight = (k: number, c: number) => elementAt(w.data, transposed ? c * outputs + k : k * inner + c);
    const result = new Float64Array(rows * outputs);
    for (let n = 0; n < rows; n++)
      for (let k = 0; k < outputs; k++) {
        let sum = elementAt(b.data, k);
        for (let c = 0; c < inner; c++) sum += elementAt(x.data, n * inner + c) * weight(k, c);
        result[n * outputs + k] = sum;
      }
    return [result];
  },
  emit: (e, inputs, { attributes: { transposed } }) => e.op('Gemm', inputs, { transB: Number(!transposed) }),
  samples: [],
};

/** A product of matrices, of which one row is added to all of its rows, becomes one operator. */
export function foldBias(outputs: readonly Value[]): Value[] {
  const readers = readersOf(outputs);
  return rewrite(outputs, (node, inputs) => {
    if (node.operator.name !== Add.name) return undefined;
    for (const [i, j] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const product = nodeOf(at(inputs, i), MatMul);
      const bias = at(inputs, j);
      if (product === undefined || readers(at(node.inputs, i)).length !== 1) continue;
      const { transposeA, transposeB, alpha } = product.attributes;
      const [x, w] = product.inputs;
      if (x.shape.length !== 2 || w.shape.length !== 2 || transposeA || alpha !== 1) continue;
      if (bias.shape.length !== 1 || bias.shape[0] !== at(node.outputs, 0).shape[1]) continue;
      return apply(Linear, [x, w, bias], { transposed: !transposeB });
    }
    return undefined;
  });
}
