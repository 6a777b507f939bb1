/** `node build/tools/newcomer/table.js`: the newcomer's table, between the markers of docs/results.md. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { meanAndSpread } from '../../src/analysis/statistics.js';
import { formatSpread, formatTable } from '../../src/figures/table.js';
import { writeFileAtomic } from '../../src/files/atomic.js';
import { packageFolder } from '../../src/package.js';
import { replaceBlock } from '../docs/block.js';
import { datasets, networks } from './cells.js';
import { contestants, type Outcome, readOutcomes } from './outcome.js';

const outcomes = readOutcomes();
const page = join(packageFolder(), 'docs', 'results.md');
await writeFileAtomic(page, replaceBlock(await readFile(page, 'utf8'), 'newcomer', table(outcomes)));

function table(all: readonly Outcome[]): string {
  const shown = contestants.filter((name) => all.some(({ contestant }) => contestant === name));
  const columns = ['dataset', 'network', 'test images', ...shown].map((title) => ({ title }));
  const rows = networks.flatMap(({ name: network }) =>
    datasets.flatMap((dataset) => {
      const own = all.filter((one) => one.network === network && one.dataset === dataset);
      const [first] = own;
      if (first === undefined) return [];
      const cells = shown.map((name) => {
        const accuracies = own
          .filter(({ contestant }) => contestant === name)
          .map(({ accuracy }) => 100 * accuracy);
        return accuracies.length === 0 ? '' : formatSpread(meanAndSpread(accuracies), 1);
      });
      return [[dataset, network, first.images, ...cells]];
    }),
  );
  return formatTable(columns, rows, 'markdown');
}
