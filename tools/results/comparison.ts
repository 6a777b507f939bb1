/**
 * `npm run results:photographs -- FOLDER` and `npm run results:methods -- FOLDER`: trains what `comparisons.ts` lists,
 * with the models and datasets in FOLDER, and writes the tables between the markers of docs/results.md. Runs are
 * written to runs/results; finished ones are not repeated.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AdarandError, at } from '../../src/errors.js';
import { percentages } from '../../src/figures/comparison.js';
import { writeFileAtomic } from '../../src/files/atomic.js';
import { packageFolder } from '../../src/package.js';
import { RunFolder } from '../../src/run/folder/run-folder.js';
import { replaceBlock } from '../docs/block.js';
import { compare } from './compare.js';
import { type ComparedDataset, comparisonBlock } from './comparison-block.js';
import { comparisonChart } from './comparison-chart.js';
import { comparisons, isComparison } from './comparisons.js';

const [name, root] = process.argv.slice(2);
if (name === undefined || !isComparison(name) || root === undefined)
  throw new AdarandError(
    'results.usage',
    'usage: comparison.js NAME FOLDER',
    `NAME: ${Object.keys(comparisons).join(' or ')}; FOLDER has models/ and datasets/.`,
  );
const comparison = comparisons[name];
const out = join(packageFolder(), 'runs/results', name);

const datasets: ComparedDataset[] = [];
for (const dataset of comparison.datasets)
  datasets.push({ name: basename(dataset), methods: await compare(comparison, dataset, { root, out }) });

const page = join(packageFolder(), 'docs/results.md');
const { machine, date } = await measuredWith(datasets);
await writeFileAtomic(
  page,
  replaceBlock(await readFile(page, 'utf8'), name, comparisonBlock(datasets, machine, date)),
);
console.log(`written: ${page}`);
// Of two methods, the table says it all.
for (const dataset of comparison.methods.length > 2 ? datasets : []) {
  const picture = join(packageFolder(), `assets/${name}-${dataset.name}.svg`);
  const methods = dataset.methods.map((method) => ({ ...method, accuracies: percentages(method) }));
  await writeFileAtomic(picture, await comparisonChart(dataset.name, methods, comparison.factors.length > 1));
  console.log(`written: ${picture}`);
}

/** The machine that all runs name, and the day of the last one. */
async function measuredWith(compared: readonly ComparedDataset[]) {
  const runs = compared.flatMap(({ methods }) => methods.flatMap((method) => method.runs));
  const records = await Promise.all(runs.map(async ({ run }) => (await RunFolder.open(run)).record()));
  const { machine } = at(records, 0);
  if (records.some((record) => JSON.stringify(record.machine) !== JSON.stringify(machine)))
    throw new AdarandError(
      'results.machines',
      `the runs in ${out} were made with different machines or versions`,
      'Remove those that are not to count, and start again.',
    );
  const date = records.map(({ started }) => started.slice(0, 10)).sort()[records.length - 1] ?? '';
  return { machine, date };
}
