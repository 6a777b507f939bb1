import { studentQuantile, studentTails } from '../../src/analysis/special-functions.js';
import { type Interval, mean, sampleStandardDeviation } from '../../src/analysis/statistics.js';

/** What values of several strata, each with a spread of its own, tell about the mean of their means. */
export interface StratifiedTest extends Interval {
  readonly mean: number;
  /** Two-sided, that the true mean of means is `against`; undefined where a spread is not known. */
  readonly p: number | undefined;
}

/**
 * The t test of a mean over strata of their means, which counts every stratum alike: t = (mean - against) / s with
 * s^2 = sum_d s_d^2 / n_d / D^2, and the degrees of freedom of Satterthwaite, "An approximate distribution of estimates of
 * variance components" (1946). Of one stratum it is Student's; of two it is Welch's of the one and the other's negative.
 *
 * @param strata values that are independent, in all strata; a stratum of one value has no spread, and neither has what is the
 * same in all of them
 */
export function stratifiedTest(strata: readonly (readonly number[])[], against = 0): StratifiedTest {
  const centre = mean(strata.map(mean));
  const { error, degrees } = spreadOf(
    strata.map((values) => ({ std: sampleStandardDeviation(values), n: values.length })),
  );
  if (!(error > 1e-12 * Math.max(1, Math.abs(centre))))
    return { mean: centre, low: -Infinity, high: Infinity, halfWidth: Infinity, p: undefined };
  const halfWidth = studentQuantile(0.975, degrees) * error;
  const p = studentTails((centre - against) / error, degrees);
  return { mean: centre, low: centre - halfWidth, high: centre + halfWidth, halfWidth, p };
}

/**
 * Values in each stratum with which the 95 % interval is within `halfWidth` > 0 on both sides, if they have these standard
 * deviations; at least 2.
 */
export function valuesNeeded(deviations: readonly number[], halfWidth: number): number {
  const fits = (n: number) => {
    const { error, degrees } = spreadOf(deviations.map((std) => ({ std, n })));
    return studentQuantile(0.975, degrees) * error <= halfWidth;
  };
  let [low, high] = [1, 2];
  while (!fits(high)) [low, high] = [high, 2 * high];
  // The width falls with n.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The standard error of the mean of means, and its degrees of freedom; NaN where a stratum has one value. */
function spreadOf(strata: readonly { readonly std: number; readonly n: number }[]) {
  const variances = strata.map(({ std, n }) => std ** 2 / n);
  const sum = variances.reduce((all, one) => all + one, 0);
  const squares = strata.reduce((all, { std, n }) => all + (std ** 2 / n) ** 2 / (n - 1), 0);
  return { error: Math.sqrt(sum) / strata.length, degrees: sum ** 2 / squares };
}
