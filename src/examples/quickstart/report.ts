import { join } from 'node:path';
import { principalComponents } from '../../analysis/pca.js';
import { meanAndSpread, pairedDifference } from '../../analysis/statistics.js';
import { at } from '../../errors.js';
import { renderPng } from '../../figures/png.js';
import { type ScatterPanel, scatterPanels } from '../../figures/scatter-panels.js';
import { formatSpread, formatTable } from '../../figures/table.js';
import { writeFileAtomic } from '../../files/atomic.js';
import type { RunSummary } from '../../index.js';
import { testFeatures } from './features.js';

/** A method's runs, one for each seed. */
export interface MethodResults {
  readonly title: string;
  readonly runs: readonly RunSummary[];
}

/** More points than this hide each other. */
const POINTS = 800;

export function formatResults(results: readonly MethodResults[]): string {
  return formatTable(
    [{ title: 'method' }, { title: 'test accuracy, %' }, { title: 'per seed' }],
    results.map((method) => {
      const accuracies = percentages(method);
      const each = accuracies.map((accuracy) => accuracy.toFixed(2)).join('  ');
      return [method.title, formatSpread(meanAndSpread(accuracies)), each];
    }),
  );
}

/** The second method against the first, whichever is better. */
export function formatDifference(results: readonly MethodResults[]): string {
  const [baseline, method] = [at(results, 0), at(results, 1)];
  const { mean, low, high, n } = pairedDifference(percentages(method), percentages(baseline));
  const what = `${method.title} - ${baseline.title}, paired by seed: ${signed(mean)} points`;
  if (n < 2) return `${what}; one seed tells nothing about the spread`;
  const interval = `95 % interval ${signed(low)} to ${signed(high)}`;
  if (low <= 0 && high >= 0) return `${what}, ${interval}: ${n} seeds do not tell which is better`;
  return `${what}, ${interval}: ${mean > 0 ? method.title : baseline.title} is better here`;
}

/** Writes `features.svg` and `features.png`: the test features of the first seed, a panel for each method. */
export async function drawFeatures(
  folder: string,
  data: string,
  results: readonly MethodResults[],
): Promise<string[]> {
  const panels: ScatterPanel[] = [];
  for (const { title, runs } of results) {
    const { run, test_accuracy } = at(runs, 0);
    const { values, d, labels } = await testFeatures(run, data, POINTS);
    const { projections: points } = principalComponents(values, labels.length, d);
    panels.push({ title, points, labels, ...(test_accuracy === null ? {} : { accuracy: test_accuracy }) });
  }
  const classes = Array.from({ length: 10 }, (_, digit) => String(digit));
  const figure = scatterPanels({ panels, classes, side: 320 });
  const [svg, png] = [join(folder, 'features.svg'), join(folder, 'features.png')];
  await writeFileAtomic(svg, figure);
  await writeFileAtomic(png, await renderPng(figure));
  return [svg, png];
}

function percentages({ runs }: MethodResults): number[] {
  return runs.map(({ test_accuracy }) => 100 * (test_accuracy ?? Number.NaN));
}

function signed(points: number): string {
  return `${points < 0 ? '-' : '+'}${Math.abs(points).toFixed(2)}`;
}
