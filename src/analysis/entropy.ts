import { at, invariant } from '../errors.js';
import { logGamma } from './special-functions.js';

export interface ClassEntropies {
  /** H(g), nats. */
  readonly entropy: number;
  /** H(g|y), nats: the classes' entropies weighted by their size; NaN where no class has two samples. */
  readonly conditionalEntropy: number;
  /** I(g; y) = H(g) - H(g|y), nats. */
  readonly mutualInformation: number;
}

/**
 * MeanNN entropy of features, in nats, given their class too, and the two's mutual information (AdaRand paper, Figure 2).
 * Of n >= 2 samples of dimension d
 *
 *   H = d / (n (n - 1)) * sum_{i != j} ln ||x_i - x_j||  +  1 + ln c_d,    c_d = pi^{d/2} / Gamma(d/2 + 1)
 *
 * Faivishevsky and Goldberger, "ICA based on a smooth estimation of the differential entropy" (NeurIPS 2008): the
 * Kozachenko-Leonenko estimator averaged over all numbers of neighbours, whence the constant. It is biased upwards,
 * the more so in high dimension (64-dimensional Gaussian: 110.8 for 90.8): compare, don't quote.
 *
 * `H(g|y) = sum_k (n_k / n) H_k`, over the classes with at least two samples. The constant cancels in I(g; y).
 *
 * Every pair in double precision, in about n^2 d nanoseconds; `FeatureEntropies` (training/) has large sets in seconds.
 *
 * @param features [n, d], row-major
 * @param labels [n], class indices
 */
export function classEntropies(
  features: Float32Array,
  labels: ArrayLike<number>,
  n: number,
  d: number,
): ClassEntropies {
  return entropiesOf(logDistances(features, labels, n, d), labels, d);
}

/** Sums of ln ||x_i - x_j||, each pair counted once. */
export interface LogDistances {
  /** Over the pairs of different classes. */
  readonly between: number;
  /** Over the pairs of each class, by label; classes without a pair may be missing. */
  readonly within: ReadonlyMap<number, number>;
}

/** The entropies that distances of n >= 2 samples of dimension `d` give. */
export function entropiesOf(
  { between, within }: LogDistances,
  labels: ArrayLike<number>,
  d: number,
): ClassEntropies {
  const n = labels.length;
  invariant(n >= 2, `the entropy of ${n} samples`);
  let sum = between;
  let weighted = 0;
  let weight = 0;
  for (const [label, size] of classSizes(labels)) {
    if (size < 2) continue;
    const own = within.get(label) ?? 0;
    sum += own;
    weighted += (size * own) / ((size * (size - 1)) / 2);
    weight += size;
  }
  const all = sum / ((n * (n - 1)) / 2);
  const conditional = weighted / weight;
  const constant = entropyConstant(d);
  return {
    entropy: d * all + constant,
    conditionalEntropy: d * conditional + constant,
    mutualInformation: d * (all - conditional),
  };
}

/** 1 + ln c_d: what the averaging over neighbours leaves, and the log-volume of the unit ball. Of entropies in `d` dimensions. */
export function entropyConstant(d: number): number {
  return 1 + (d / 2) * Math.log(Math.PI) - logGamma(d / 2 + 1);
}

/** Duplicates would have an infinite log-distance: no distance counts as less. */
export const LEAST_DISTANCE = 1e-12;

/** ln ||x_i - x_j|| of two rows of features [n, d], in double precision. */
export function logDistance(features: Float32Array, i: number, j: number, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const difference = (features[i * d + k] ?? 0) - (features[j * d + k] ?? 0);
    sum += difference * difference;
  }
  return 0.5 * Math.log(Math.max(sum, LEAST_DISTANCE ** 2));
}

function logDistances(features: Float32Array, labels: ArrayLike<number>, n: number, d: number): LogDistances {
  invariant(
    n >= 2 && features.length === n * d && labels.length === n,
    `${features.length} features for [${n}, ${d}]`,
  );
  let between = 0;
  const within = new Map<number, number>();
  for (let i = 1; i < n; i++) {
    const label = at(labels, i);
    let own = within.get(label) ?? 0;
    for (let j = 0; j < i; j++) {
      const term = logDistance(features, i, j, d);
      if (labels[j] === label) own += term;
      else between += term;
    }
    within.set(label, own);
  }
  return { between, within };
}

/** How many samples there are of each label. */
function classSizes(labels: ArrayLike<number>): ReadonlyMap<number, number> {
  const sizes = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) sizes.set(at(labels, i), (sizes.get(at(labels, i)) ?? 0) + 1);
  return sizes;
}
