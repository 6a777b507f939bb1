import { meanAndSpread, pairedDifference } from '../analysis/statistics.js';
import { at } from '../errors.js';
import { formatSpread, formatTable } from './table.js';

/** A method's runs, one for each seed. */
export interface MethodResults {
  readonly title: string;
  readonly runs: readonly { readonly run: string; readonly test_accuracy: number | null }[];
}

/** Mean, spread and single results of each method, in percent. */
export function formatResults(
  results: readonly MethodResults[],
  style: 'text' | 'markdown' = 'text',
): string {
  return formatTable(
    [{ title: 'method' }, { title: 'test accuracy, %' }, { title: 'per seed' }],
    results.map((method) => {
      const accuracies = percentages(method);
      const each = accuracies.map((accuracy) => accuracy.toFixed(2)).join('  ');
      return [method.title, formatSpread(meanAndSpread(accuracies)), each];
    }),
    style,
  );
}

/** The second method against the first, whichever is better. */
export function formatDifference(results: readonly MethodResults[]): string {
  const [baseline, method] = [at(results, 0), at(results, 1)];
  const { mean, low, high, n } = pairedDifference(percentages(method), percentages(baseline));
  const what = `${method.title} - ${baseline.title}, paired by seed: ${signed(mean)} points`;
  if (n < 2) return `${what}; one seed says nothing about the spread`;
  const interval = `95 % interval ${signed(low)} to ${signed(high)}`;
  if (low <= 0 && high >= 0) return `${what}, ${interval}: ${n} seeds do not tell which is better`;
  return `${what}, ${interval}: ${mean > 0 ? method.title : baseline.title} is better here`;
}

/** Test accuracies. */
export function percentages({ runs }: MethodResults): number[] {
  return runs.map(({ test_accuracy }) => 100 * (test_accuracy ?? Number.NaN));
}

/** `+1.53`; what rounds to zero has no sign. */
export function signed(points: number): string {
  const rounded = Math.abs(points).toFixed(2);
  if (Number(rounded) === 0) return rounded;
  return `${points < 0 ? '-' : '+'}${rounded}`;
}
