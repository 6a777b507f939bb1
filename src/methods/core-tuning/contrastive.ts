import {
  add,
  div,
  exp,
  log,
  matmul,
  max,
  min,
  mul,
  neg,
  reduceMax,
  reduceSum,
  stopGradient,
  sub,
  type Value,
} from '../../graph/ops.js';
import { sum } from '../../nn/functional.js';

export interface ContrastOptions {
  /** tau */
  readonly temperature: number;
  /** Whether log p_ij is weighted by 1 - p_ij. */
  readonly focal: boolean;
  /** Whether an anchor's sum is divided by the number of its positives, or of all vectors. */
  readonly innerNorm: 'positives' | 'all';
}

/**
 * The supervised contrastive loss (Khosla et al. 2020, arXiv 2004.11362, L_out), focal if asked for (Core-tuning,
 * arXiv 2102.06605), a scalar:
 *
 *   p_ij = exp(z_i . z_j / tau) / sum_{k in A_i} exp(z_i . z_k / tau)
 *   L = mean_i -1/|P_i| sum_{j in P_i} (1 - p_ij) log p_ij        over anchors i that have a positive
 *
 * z are unit vectors [n, m]; `pairs` [n, n] holds a one where j is in A_i, `positives` [n, n] where it is in P_i, a
 * part of A_i. The focal weight has a gradient, too. Without any positive the loss is 0.
 */
export function contrastive(
  vectors: Value,
  positives: Value,
  pairs: Value,
  { temperature, focal, innerNorm }: ContrastOptions,
): Value {
  const logits = mul(matmul(vectors, vectors, { transposeB: true }), 1 / temperature);
  const hidden = mul(sub(1, pairs), 2 / temperature);
  const top = stopGradient(reduceMax(sub(mul(logits, pairs), hidden), [1]));
  // Masked before exp: what is left out may lie so far above the maximum as to overflow.
  const shifted = mul(sub(logits, top), pairs);
  // At least 1 where an anchor has any pair, as the largest element adds 1.
  const mass = max(reduceSum(mul(exp(shifted), pairs), [1]), 0.5);
  const surprise = sub(log(mass), shifted); // -log p_ij

  const wanted = mul(positives, surprise);
  const weighted = focal ? sub(wanted, mul(wanted, exp(neg(mul(surprise, pairs))))) : wanted;
  const counts = reduceSum(positives, [1]);
  // n, with only the vectors that have pairs: an anchor has all others.
  const all = add(reduceMax(reduceSum(pairs, [1])), 1);
  const perAnchor = div(reduceSum(weighted, [1]), innerNorm === 'positives' ? max(counts, 1) : all);
  const anchors = sum(min(counts, 1));
  return div(sum(perAnchor), max(anchors, 1));
}
