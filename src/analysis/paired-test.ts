import { normalTail, studentTails } from './special-functions.js';
import { type Interval, pairedDifference, type Spread } from './statistics.js';

type Numbers = ArrayLike<number>;

/** What runs that are paired by seed tell about a difference. */
export interface PairedTest extends Spread, Interval {
  /**
   * Two-sided, of the t test that the true mean difference is 0; undefined where nothing can be said: one pair, or
   * differences that are all the same, whose spread is unknown rather than 0.
   */
  readonly p: number | undefined;
}

/** The paired t test: Student, "The probable error of a mean" (1908). */
export function pairedTest(values: Numbers, baseline: Numbers, confidence = 0.95): PairedTest {
  const difference = pairedDifference(values, baseline, confidence);
  const { mean, std, n } = difference;
  if (!(std > 1e-12 * Math.max(1, Math.abs(mean)))) return { ...difference, p: undefined };
  return { ...difference, p: studentTails((mean * Math.sqrt(n)) / std, n - 1) };
}

/**
 * Pairs that a paired t test at the level `alpha` (two-sided) needs to find a true difference of `mean`, of which single
 * differences have the standard deviation `std`, with probability `power`: (z_a + z_b)^2 std^2 / mean^2 + z_a^2 / 2, rounded
 * up (Guenther, "Sample size formulas for normal theory t tests", 1981). It is within one pair of the exact number.
 */
export function pairsNeeded({ mean, std }: Pick<Spread, 'mean' | 'std'>, alpha = 0.05, power = 0.8): number {
  const [a, b] = [normalQuantile(1 - alpha / 2), normalQuantile(power)];
  if (mean === 0) return Infinity;
  return Math.max(2, Math.ceil(((a + b) * std) ** 2 / mean ** 2 + a ** 2 / 2));
}

/** The z that a standard normal variable is below with `probability` in (0, 1): bisection to the last bit. */
function normalQuantile(probability: number): number {
  if (probability < 0.5) return -normalQuantile(1 - probability);
  let [low, high] = [0, 40];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (normalTail(middle) > 1 - probability) low = middle;
    else high = middle;
  }
}
