import { at, invariant } from '../errors.js';
import { chiSquareTail } from './special-functions.js';

export interface Friedman {
  /** [k]: of each method over the datasets; 1 is the best. */
  readonly meanRanks: readonly number[];
  /** Chi-squared with k - 1 degrees of freedom, where the methods are equal; corrected for ties. */
  readonly statistic: number;
  readonly p: number;
}

/**
 * Whether k methods differ over N datasets, by their ranks on each: Friedman, "The use of ranks to avoid the assumption of
 * normality" (1937), as Demšar, "Statistical comparisons of classifiers over multiple data sets" (JMLR 2006) advises. The
 * approximation by chi-squared is rough for fewer than ten datasets.
 *
 * @param scores [N][k], larger is better
 */
export function friedman(scores: readonly (readonly number[])[]): Friedman {
  const [N, k] = [scores.length, scores[0]?.length ?? 0];
  invariant(N >= 2 && k >= 2 && scores.every(({ length }) => length === k), `ranks of ${k} over ${N}`);
  const ranks = scores.map(ranksOf);
  const meanRanks = Array.from({ length: k }, (_, j) => ranks.reduce((sum, row) => sum + at(row, j), 0) / N);
  const ties = scores.reduce((sum, row) => sum + tiesIn(row), 0);
  const correction = 1 - ties / (N * k * (k * k - 1));
  const squares = meanRanks.reduce((sum, rank) => sum + (rank - (k + 1) / 2) ** 2, 0);
  // Where everything is tied, nothing differs.
  const statistic = correction <= 0 ? 0 : (12 * N * squares) / (k * (k + 1)) / correction;
  return { meanRanks, statistic, p: chiSquareTail(statistic, k - 1) };
}

/** 1 for the largest; ties share the mean of their places. */
function ranksOf(scores: readonly number[]): number[] {
  return scores.map((score) => {
    const larger = scores.filter((other) => other > score).length;
    const equal = scores.filter((other) => other === score).length;
    return larger + (equal + 1) / 2;
  });
}

/** Sum of t^3 - t over groups of t equal scores. */
function tiesIn(scores: readonly number[]): number {
  const sizes = new Map<number, number>();
  for (const score of scores) sizes.set(score, (sizes.get(score) ?? 0) + 1);
  return Array.from(sizes.values()).reduce((sum, t) => sum + t ** 3 - t, 0);
}
