import { MatMul, matmul as multiply } from '../../graph/operators/matmul.js';
import { mul } from '../../graph/operators/mul.js';
import { transpose } from '../../graph/operators/transpose.js';
import { apply, type Value } from '../../graph/value.js';
import type { LoweringOf } from '../lowering.js';

/** Beyond matrices, only ONNX Runtime's native kernels and its WASM ones transpose or scale within a product. */
export const matmul: LoweringOf<typeof MatMul> = {
  lower([a, b], attributes) {
    const { transposeA, transposeB, alpha } = attributes;
    const isPlain = !transposeA && !transposeB && alpha === 1;
    // Of two matrices, it is written as a Gemm.
    if (isPlain || (a.shape.length === 2 && b.shape.length === 2)) return apply(MatMul, [a, b], attributes);
    const product = multiply(transposeA ? swapLast(a) : a, transposeB ? swapLast(b) : b);
    return [alpha === 1 ? product : mul(product, alpha)];
  },
};

function swapLast(x: Value): Value {
  const rank = x.shape.length;
  return transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
}
