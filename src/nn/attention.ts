import { at } from '../errors.js';
import { matmul } from '../graph/operators/matmul.js';
import { reshape } from '../graph/operators/reshape.js';
import { softmax } from '../graph/operators/softmax.js';
import { split } from '../graph/operators/split.js';
import { transpose } from '../graph/operators/transpose.js';
import type { Value } from '../graph/value.js';

/**
 * Multi-head self-attention (Vaswani et al. 2017), softmax(q k^T / sqrt(d)) v per head with d = D / heads, of
 * qkv [N,T,3D] (queries, keys and values side by side); returns [N,T,D] before the output projection.
 *
 * Queries, keys and values are one transpose of [N,T,3 heads,d], cut along the head axis: three transposes, or a
 * five-dimensional one, cost more in both directions.
 */
export function attention(qkv: Value, heads: number): Value {
  const [batch = 1, tokens = 1] = qkv.shape;
  const width = at(qkv.shape, 2) / 3;
  const perHead = width / heads;
  const byHead = transpose(reshape(qkv, [batch, tokens, 3 * heads, perHead]), [0, 2, 1, 3]);
  const pieces = split(byHead, 1, 3);
  const scores = matmul(at(pieces, 0), at(pieces, 1), { transposeB: true, alpha: perHead ** -0.5 });
  const mixed = matmul(softmax(scores), at(pieces, 2));
  return reshape(transpose(mixed, [0, 2, 1, 3]), [batch, tokens, width]);
}
