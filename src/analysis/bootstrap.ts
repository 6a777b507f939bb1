import { at, invariant } from '../errors.js';
import { Random } from '../random.js';
import { quantile } from './statistics.js';

/** Resamples where not all of them can be counted. */
const RESAMPLES = 10_000;

/** Up to so many values there are few enough resamples, n^n, for all of them: 46656. */
const EXACT = 6;

/**
 * The percentile interval of the mean (Efron, "Bootstrap methods: another look at the jackknife", 1979): quantiles of the means
 * of resamples, drawn with replacement. All resamples of up to six values are taken; of more, 10 000 by a fixed seed. Of few
 * values it is too narrow: it holds the true mean less often than `confidence` says.
 */
export function bootstrapInterval(
  values: readonly number[],
  confidence = 0.95,
): readonly [low: number, high: number] {
  invariant(values.length > 0, 'the bootstrap of nothing');
  const means = values.length <= EXACT ? allMeans(values) : someMeans(values);
  return [quantile(means, (1 - confidence) / 2), quantile(means, (1 + confidence) / 2)];
}

function allMeans(values: readonly number[]): Float64Array {
  const n = values.length;
  return Float64Array.from({ length: n ** n }, (_, resample) => {
    let sum = 0;
    for (let i = 0, rest = resample; i < n; i++, rest = Math.floor(rest / n)) sum += at(values, rest % n);
    return sum / n;
  });
}

function someMeans(values: readonly number[]): Float64Array {
  const random = new Random(0, 'subset');
  const n = values.length;
  return Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += at(values, random.below(n));
    return sum / n;
  });
}
