import { at, invariant } from '../errors.js';
import { studentQuantile } from './special-functions.js';

/** A quantity over several runs (seeds). `std` is the sample standard deviation, NaN for a single run. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
  readonly n: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly halfWidth: number;
}

type Numbers = ArrayLike<number>;

export function mean(values: Numbers): number {
  invariant(values.length > 0, 'the mean of nothing');
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += at(values, i);
  return sum / values.length;
}

/** Square root of the unbiased variance (divisor n - 1), in two passes; NaN for fewer than two values. */
export function sampleStandardDeviation(values: Numbers): number {
  if (values.length < 2) return NaN;
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (at(values, i) - centre) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}

export function meanAndSpread(values: Numbers): Spread {
  return { mean: mean(values), std: sampleStandardDeviation(values), n: values.length };
}

/**
 * The value below which a `fraction` in [0, 1] of the sample lies, linearly interpolated between order statistics:
 * type 7 of Hyndman and Fan, "Sample quantiles in statistical packages" (1996), NumPy's and R's default.
 */
export function quantile(values: Numbers, fraction: number): number {
  invariant(
    values.length > 0 && fraction >= 0 && fraction <= 1,
    `quantile ${fraction} of ${values.length} values`,
  );
  const sorted = Float64Array.from(values).sort();
  const position = fraction * (sorted.length - 1);
  const below = Math.floor(position);
  const low = at(sorted, below);
  const high = at(sorted, Math.min(below + 1, sorted.length - 1));
  return low + (position - below) * (high - low);
}

export function median(values: Numbers): number {
  return quantile(values, 0.5);
}

/** The standard normal's 97.5 % point. */
const z = 1.959963984540054;

/**
 * 95 % interval for an accuracy, given how many of `total` test images were right. Wilson, "Probable inference, the
 * law of succession, and statistical inference" (1927). Unlike mean +- z * standard error it stays within [0, 1] and
 * holds for small test sets and accuracies near 1. It is not centred on `correct / total`.
 */
export function wilsonInterval(correct: number, total: number): Interval {
  invariant(total > 0 && correct >= 0 && correct <= total, `${correct} right of ${total}`);
  const rate = correct / total;
  const shrink = 1 + z ** 2 / total;
  const centre = (rate + z ** 2 / (2 * total)) / shrink;
  const halfWidth = (z / shrink) * Math.sqrt((rate * (1 - rate)) / total + (z / (2 * total)) ** 2);
  return { low: Math.max(0, centre - halfWidth), high: Math.min(1, centre + halfWidth), halfWidth };
}

/**
 * Mean of `values[i] - baseline[i]`, runs paired by seed, with the interval that holds the true mean difference with
 * the given confidence if differences are normal: mean +- t_{n-1} std / sqrt(n). Student, "The probable error of a
 * mean" (1908). One pair says nothing about its own spread: its interval is everything.
 */
export function pairedDifference(values: Numbers, baseline: Numbers, confidence = 0.95): Spread & Interval {
  invariant(values.length === baseline.length, `${values.length} values against ${baseline.length}`);
  const spread = meanAndSpread(Float64Array.from(values, (value, i) => value - at(baseline, i)));
  const { n, std } = spread;
  const halfWidth = n < 2 ? Infinity : (studentQuantile((1 + confidence) / 2, n - 1) * std) / Math.sqrt(n);
  return { ...spread, low: spread.mean - halfWidth, high: spread.mean + halfWidth, halfWidth };
}
