import { at } from '../errors.js';
import { nodeOf } from '../graph/node-of.js';
import { add } from '../graph/operators/add.js';
import { MatMul, matmul } from '../graph/operators/matmul.js';
import { Reshape, reshape } from '../graph/operators/reshape.js';
import { slice } from '../graph/operators/slice.js';
import { Split } from '../graph/operators/split.js';
import { Transpose, transpose } from '../graph/operators/transpose.js';
import { matrix, nchw } from '../graph/shapes.js';
import { sameShape } from '../graph/tensor.js';
import { apply, type Value } from '../graph/value.js';
import type { LoweringOf } from './lowering.js';
import { Gemm } from './operators/gemm.js';

export const split: LoweringOf<typeof Split> = {
  lower([x], { axis, sizes }, { device }) {
    const layer = device === 'cpu' && axis === 1 ? linearByHead(x) : undefined;
    if (layer === undefined) return apply(Split, [x], { axis, sizes });
    let end = 0;
    return sizes.map((count) => {
      end += count;
      return headsOf(layer, end - count, count);
    });
  },
};

/** A linear layer x op(W) + b of x [N,T,D], whose results are looked at as [N,heads,T,d]. */
interface LinearByHead {
  readonly x: Value;
  readonly w: Value;
  readonly transposed: boolean;
  readonly bias: Value | undefined;
  readonly width: number;
}

/**
 * Some heads [N,count,T,d] of the results, by a product for each image and head. Each lies where attention reads it, so
 * that queries, keys and values are neither transposed nor cut apart.
 */
function headsOf({ x, w, transposed, bias, width }: LinearByHead, first: number, count: number): Value {
  const [batch, tokens, inputs] = [at(x.shape, 0), at(x.shape, 1), at(x.shape, 2)];
  const [from, to] = [first * width, (first + count) * width];
  const kernels = transposed
    ? reshape(slice(w, 0, from, to), [count, width, inputs])
    : transpose(reshape(slice(w, 1, from, to), [inputs, count, width]), [1, 0, 2]);
  const product = matmul(reshape(x, [batch, 1, tokens, inputs]), kernels, { transposeB: transposed });
  return bias === undefined ? product : add(product, reshape(slice(bias, 0, from, to), [count, 1, width]));
}

function linearByHead(x: Value): LinearByHead | undefined {
  const byToken = nodeOf(x, Transpose);
  if (byToken === undefined || !sameShape(byToken.attributes.perm, [0, 2, 1, 3])) return undefined;
  const [batch, tokens, heads, width] = nchw(byToken.inputs[0].shape);
  const result = nodeOf(byToken.inputs[0], Reshape)?.inputs[0];
  if (result === undefined || !sameShape(result.shape, [batch * tokens, heads * width])) return undefined;
  const layer = linearOf(result);
  if (layer === undefined) return undefined;
  const [, inputs] = matrix(layer.rows.shape);
  return { ...layer, x: reshape(layer.rows, [batch, tokens, inputs]), width };
}

/** The operands of a product of matrices, plus a row or not. */
function linearOf(
  result: Value,
): (Pick<LinearByHead, 'w' | 'transposed' | 'bias'> & { rows: Value }) | undefined {
  const sum = nodeOf(result, Gemm);
  const product = nodeOf(result, MatMul);
  const node = sum ?? product;
  if (node === undefined || node.attributes.transposeA || (product && product.attributes.alpha !== 1))
    return undefined;
  const [rows, w] = node.inputs;
  return { rows, w, transposed: node.attributes.transposeB, bias: sum?.inputs[2] };
}
