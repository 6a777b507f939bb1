import {
  add,
  cast,
  concat,
  constant,
  equal,
  float32,
  matmul,
  max,
  mul,
  neg,
  reduceMax,
  reshape,
  stopGradient,
  sub,
  type Value,
} from '../../graph/ops.js';
import { matrix, vector } from '../../graph/shapes.js';
import { cosineMatrix, identity } from '../../nn/functional.js';

export interface HardPairs {
  /** Features or labels [B, .] to their mixes [2B, .]: hard positives first. Rows of zeros for mixes left out. */
  readonly mixing: Value;
  /** 1 for each mix that exists, 0 for one left out: [2B, 1]. */
  readonly valid: Value;
  /** Which samples have the same class and are not the same sample: [B, B] of zeros and ones. */
  readonly positives: Value;
  /** The same for the semi-hard negatives: both classes and the proportion are equal, [B, B]. */
  readonly mixedPositives: Value;
}

/**
 * The proportions of the hard positives [B, 1] and negatives [B, 1], which are drawn from Beta(a, a), and the choice [B, B],
 * uniform on [0, 1).
 */
export interface PairNoise {
  readonly positiveShare: Value;
  readonly choice: Value;
  readonly negativeShare: Value;
}

/**
 * For each sample of a batch, two mixes that are hard to tell from it (Core-tuning, arXiv 2102.06605), as the matrix
 * that makes them. With cosines of features [B, d]:
 *
 *   hard positive        lam f_hp + (1 - lam) f_hn     hp: same class, least cosine; hn: other class, largest cosine
 *   semi-hard negative   (1 - lam) f_i + lam f_n       n: a sample of another class; lam at least `floor`
 *
 * The choice has no gradient. Of equal cosines the first counts. A sample that is alone in its class has no hard
 * positive; in a batch of one class there are neither.
 */
export function hardPairs(features: Value, labels: Value, noise: PairNoise, floor: number): HardPairs {
  const [B] = vector(labels.shape, 'the labels');
  const same = cast(equal(reshape(labels, [B, 1]), reshape(labels, [1, B])), 'float32');
  const positives = sub(same, identity(B));
  const negatives = sub(1, same);

  const fixed = stopGradient(features);
  const similarity = cosineMatrix(fixed, fixed);
  const hardPositive = firstLargest(neg(similarity), positives);
  const hardNegative = firstLargest(similarity, negatives);
  const anyNegative = firstLargest(noise.choice, negatives);

  const hasNegative = reduceMax(negatives, [1]);
  const hasBoth = mul(reduceMax(positives, [1]), hasNegative);
  const share = max(noise.negativeShare, floor);
  const hard = mix(hardPositive, hardNegative, noise.positiveShare);
  const semiHard = mix(anyNegative, identity(B), share);
  const valid = concat([hasBoth, hasNegative], 0);

  const sameShare = cast(equal(share, reshape(share, [1, B])), 'float32');
  const sameNegative = matmul(matmul(anyNegative, same), anyNegative, { transposeB: true });
  return {
    mixing: mul(concat([hard, semiHard], 0), valid),
    valid,
    positives,
    mixedPositives: mul(mul(positives, sameNegative), sameShare),
  };
}

const mix = (a: Value, b: Value, share: Value): Value => add(mul(a, share), mul(b, sub(1, share)));

/** In each row a one at the first largest score (of at least -1) where the mask is one; zeros in a row without any. */
function firstLargest(scores: Value, mask: Value): Value {
  const [, size] = matrix(mask.shape);
  const hidden = mul(sub(1, mask), BELOW);
  const masked = sub(mul(scores, mask), hidden);
  const largest = mul(cast(equal(masked, reduceMax(masked, [1])), 'float32'), mask);
  const ranks = Float32Array.from({ length: size }, (_, i) => size - i);
  const ranked = mul(largest, constant(float32([1, size], ranks)));
  return mul(cast(equal(ranked, reduceMax(ranked, [1])), 'float32'), largest);
}

/** Minus this is below every cosine, rounding included. */
const BELOW = 2;
