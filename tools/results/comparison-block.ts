import { meanAndSpread, pairedDifference } from '../../src/analysis/statistics.js';
import { at } from '../../src/errors.js';
import { percentages, signed } from '../../src/figures/comparison.js';
import { formatSpread, formatTable } from '../../src/figures/table.js';
import type { Machine } from '../../src/run/folder/describe-machine.js';
import type { ComparedMethod } from './compare.js';
import { measuredOn, paragraph } from './measured.js';

export interface ComparedDataset {
  readonly name: string;
  /** The first is the baseline. */
  readonly methods: readonly ComparedMethod[];
}

/** What docs/results.md says about a comparison whose last run was made on `date` (ISO 8601). */
export function comparisonBlock(
  datasets: readonly ComparedDataset[],
  machine: Machine,
  date: string,
): string {
  return [...datasets.map(datasetTable), measuredOn(machine, { date })].join('\n\n');
}

function datasetTable({ name, methods }: ComparedDataset): string {
  const baseline = at(methods, 0);
  const { train_images, val_images, test_images, classes } = at(baseline.runs, 0);
  const chosen = methods.some(({ factor }) => factor !== undefined);
  const rows = methods.map((method) => {
    const accuracies = percentages(method);
    return [
      method.title,
      ...(chosen ? [method.factor ?? ''] : []),
      formatSpread(meanAndSpread(accuracies), 2, false),
      accuracies.map((accuracy) => accuracy.toFixed(1)).join(' '),
      method === baseline ? '' : difference(percentages(baseline), accuracies),
    ];
  });
  const table = formatTable(
    [
      { title: 'method' },
      ...(chosen ? [{ title: 'factor on lambda' }] : []),
      { title: 'test accuracy, %' },
      { title: 'per seed' },
      { title: `difference to ${baseline.title}, 95 % interval` },
    ],
    rows,
    'markdown',
  );
  const sizes = `${train_images} training, ${val_images} validation and ${test_images} test images, ${classes} classes`;
  return `${paragraph(`${name} (${sizes}; ${baseline.runs.length} seeds):`)}\n\n${table}`;
}

/** Paired by seed (Student's t). */
function difference(baseline: readonly number[], accuracies: readonly number[]): string {
  const { mean, std, low, high } = pairedDifference(accuracies, baseline);
  if (mean === 0 && std === 0) return signed(0);
  return `${signed(mean)} (${signed(low)} to ${signed(high)})`;
}
