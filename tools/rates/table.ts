/** `node build/tools/rates/table.js`: what optimizers and rates reach, between the markers of docs/results.md. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mean } from '../../src/analysis/statistics.js';
import { formatTable } from '../../src/figures/table.js';
import { writeFileAtomic } from '../../src/files/atomic.js';
import { packageFolder } from '../../src/package.js';
import { replaceBlock } from '../docs/block.js';
import { type Rate, rates } from './cells.js';
import { type Outcome, readOutcomes } from './outcome.js';

const page = join(packageFolder(), 'docs', 'results.md');
await writeFileAtomic(page, replaceBlock(await readFile(page, 'utf8'), 'rates', table(readOutcomes())));

/** A row for each network, head and rate: means over its datasets, and how many have their lowest loss there. */
function table(all: readonly Outcome[]): string {
  const columns = [
    ...['network', 'head', 'optimizer', 'rate', 'datasets', 'best epoch, %', 'last epoch, %', 'last loss'],
    'lowest loss in',
  ].map((title) => ({ title }));
  const networks = [...new Set(all.map(({ network }) => network))];
  const rows = networks.flatMap((network) =>
    rates.flatMap((rate) => {
      const own = all.filter((one) => one.network === network && isOf(one, rate));
      if (own.length === 0) return [];
      const percent = (of: (one: Outcome) => number) => (100 * mean(own.map(of))).toFixed(1);
      return [
        [
          ...[network, rate.head, rate.optimizer, rate.learningRate, own.length],
          ...[percent(({ best }) => best), percent(({ last }) => last)],
          mean(own.map(({ loss }) => loss)).toFixed(3),
          own.filter((one) => one.loss === Math.min(...rivals(all, one).map(({ loss }) => loss))).length,
        ],
      ];
    }),
  );
  return formatTable(columns, rows, 'markdown');
}

function isOf(one: Outcome, { head, optimizer, learningRate }: Rate): boolean {
  return one.head === head && one.optimizer === optimizer && one.learningRate === learningRate;
}

/** Outcomes on the same images from the same head. */
function rivals(all: readonly Outcome[], { network, dataset, head, seed }: Outcome): Outcome[] {
  return all.filter(
    (other) =>
      other.network === network && other.dataset === dataset && other.head === head && other.seed === seed,
  );
}
