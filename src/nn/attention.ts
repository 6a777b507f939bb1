import { at } from '../errors.js';
import { matmul } from '../graph/operators/matmul.js';
import { reshape } from '../graph/operators/reshape.js';
import { softmax } from '../graph/operators/softmax.js';
import { split } from '../graph/operators/split.js';
import { transpose } from '../graph/operators/transpose.js';
import type { Value } from '../graph/value.js';

/** What is done to each head's queries and keys [N,heads,T,d] before they are compared. */
export interface HeadNorms {
  readonly query?: (x: Value) => Value;
  readonly key?: (x: Value) => Value;
}

/**
 * Multi-head self-attention (Vaswani et al. 2017), softmax(q k^T / sqrt(d)) v per head with d = D / heads, of
 * qkv [N,T,3D] (queries, keys and values side by side); returns [N,T,D] before the output projection.
 *
 * Along the last axis of qkv lie the d numbers of each head: of all heads' queries first, then of their keys, then of
 * their values. As [N,3 heads,T,d], the three are thirds of the second axis.
 */
export function attention(qkv: Value, heads: number, { query, key }: HeadNorms = {}): Value {
  const [batch, tokens, width] = [at(qkv.shape, 0), at(qkv.shape, 1), at(qkv.shape, 2) / 3];
  const perHead = width / heads;
  const byHead = transpose(reshape(qkv, [batch, tokens, 3 * heads, perHead]), [0, 2, 1, 3]);
  const pieces = split(byHead, 1, 3);
  const [q, k] = [at(pieces, 0), at(pieces, 1)];
  const scores = matmul(query ? query(q) : q, key ? key(k) : k, { transposeB: true, alpha: perHead ** -0.5 });
  const mixed = matmul(softmax(scores), at(pieces, 2));
  return reshape(transpose(mixed, [0, 2, 1, 3]), [batch, tokens, width]);
}

/** The same for one query [N,D] for each image, of keys and values [N,T,D]: [N,D]. */
export function pooledAttention(query: Value, keys: Value, values: Value, heads: number): Value {
  const [batch, tokens, width] = [at(keys.shape, 0), at(keys.shape, 1), at(keys.shape, 2)];
  const perHead = width / heads;
  const byHead = (x: Value) => transpose(reshape(x, [batch, tokens, heads, perHead]), [0, 2, 1, 3]);
  const q = reshape(query, [batch, heads, 1, perHead]);
  const scores = matmul(q, byHead(keys), { transposeB: true, alpha: perHead ** -0.5 });
  return reshape(matmul(softmax(scores), byHead(values)), [batch, width]);
}
