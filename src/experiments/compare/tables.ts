import { pairedTest } from '../../analysis/paired-test.js';
import { meanAndSpread } from '../../analysis/statistics.js';
import { signed } from '../../figures/comparison.js';
import { formatSpread, formatTable } from '../../figures/table.js';
import { percentOf } from '../../run/options/percent-of.js';
import type { ComparedRun } from './report.js';

/** The runs of one dataset and network, as a table of accuracies and one of differences. */
export function formatComparison(runs: readonly ComparedRun[]): string[] {
  const titleOf = ({ dataset, model }: ComparedRun) => `${dataset}, ${model}`;
  const parts = [...new Set(runs.map(titleOf))];
  const of = (title: string) => runs.filter((run) => titleOf(run) === title);
  return parts.flatMap((title, i) => [
    ...(i === 0 ? [] : ['']),
    `${title}: test accuracy, %, mean ± standard deviation over seeds`,
    accuracies(of(title)),
    ...differences(of(title)),
    ...failures(of(title)),
    ...probes(of(title)),
  ]);
}

/** A mean says over how many seeds it is, and how many are missing. */
function accuracies(runs: readonly ComparedRun[]): string {
  const { methods, fractions } = axes(runs);
  const rows = methods.map((method) => [
    method,
    ...fractions.map((fraction) => {
      const cell = runs.filter((run) => run.method === method && run.fraction === fraction);
      const values = cell.flatMap(({ test_accuracy: accuracy }) =>
        accuracy === null ? [] : [100 * accuracy],
      );
      const failed = cell.filter(({ status }) => status === 'failed').length;
      const rest = failed === 0 ? '' : `${values.length === 0 ? '' : ', '}${failed} failed`;
      return `${values.length === 0 ? '' : formatSpread(meanAndSpread(values))}${rest}`;
    }),
  ]);
  return formatTable([{ title: 'method' }, ...titles(fractions)], rows);
}

/** Each method against plain fine-tuning, or the first one where that is not there, on the seeds that both have. */
function differences(runs: readonly ComparedRun[]): string[] {
  const { methods, fractions } = axes(runs);
  const first = methods.find((method) => method === 'fine-tuning') ?? methods[0];
  const others = methods.filter((method) => method !== first);
  if (first === undefined || others.length === 0) return [];
  const rows = others.map((method) => [
    method,
    ...fractions.map((fraction) => difference(runs, method, first, fraction)),
  ]);
  return [
    '',
    `difference to ${first}, in points, paired by seed, with its 95 % interval`,
    formatTable([{ title: 'method' }, ...titles(fractions)], rows),
  ];
}

function difference(runs: readonly ComparedRun[], method: string, first: string, fraction: number): string {
  const bySeed = (label: string) =>
    new Map(
      runs.flatMap(({ method, fraction: share, seed, test_accuracy: accuracy }) =>
        method === label && share === fraction && accuracy !== null ? [[seed, 100 * accuracy] as const] : [],
      ),
    );
  const baseline = bySeed(first);
  const pairs = [...bySeed(method)].flatMap(([seed, accuracy]) => {
    const other = baseline.get(seed);
    return other === undefined ? [] : [{ accuracy, other }];
  });
  if (pairs.length === 0) return 'no pair';
  const { mean, low, high, n, p } = pairedTest(
    pairs.map(({ accuracy }) => accuracy),
    pairs.map(({ other }) => other),
  );
  const count = `(n=${n})`;
  if (n < 2) return `${signed(mean)} ${count}`;
  // Of differences that are all the same, the spread is not known.
  if (p === undefined) return `${signed(mean)} in every seed ${count}`;
  return `${signed(mean)} [${signed(low)}, ${signed(high)}] ${count}`;
}

function failures(runs: readonly ComparedRun[]): string[] {
  const failed = runs.flatMap((run) => (run.status === 'failed' ? [run] : []));
  return failed.map(
    ({ method, fraction, seed, error }) =>
      `failed: ${method}, ${percentOf(fraction)} %, seed ${seed}: ${error.message} (${error.code})`,
  );
}

/** Where all methods keep what they begin with, they do not differ. */
function probes(runs: readonly ComparedRun[]): string[] {
  const finished = runs.filter(({ status }) => status === 'finished');
  const kept = finished.filter(({ best_epoch: best }) => best === 0).length;
  if (kept === 0) return [];
  return [
    `${kept} of ${finished.length} runs kept the linear probe that all begin with, because no epoch was better in validation: there, methods are alike`,
  ];
}

function axes(runs: readonly ComparedRun[]) {
  return {
    methods: [...new Set(runs.map(({ method }) => method))],
    fractions: [...new Set(runs.map(({ fraction }) => fraction))],
  };
}

function titles(fractions: readonly number[]) {
  return fractions.map((fraction) => ({ title: `${percentOf(fraction)} %` }));
}
