import { Add } from '../graph/operators/add.js';
import { gemm } from '../graph/operators/gemm.js';
import { MatMul } from '../graph/operators/matmul.js';
import { apply } from '../graph/value.js';
import type { LoweringOf } from './lowering.js';

/** A product of matrices plus a row is one Gemm, which saves a pass over the result. */
export const add: LoweringOf<typeof Add> = {
  lower([a, b]) {
    const { origin } = a;
    const product =
      origin.kind === 'node' && origin.node.operator.name === MatMul.name ? origin.node : undefined;
    const [left, right] = product?.inputs ?? [];
    const { transposeA, transposeB, alpha } = product?.attributes ?? {};
    const fits = a.shape.length === 2 && b.shape.length === 1 && a.shape[1] === b.shape[0] && alpha === 1;
    if (!fits || left === undefined || right === undefined) return apply(Add, [a, b], {});
    return [gemm(left, right, b, { transposeA: transposeA === true, transposeB: transposeB === true })];
  },
};
