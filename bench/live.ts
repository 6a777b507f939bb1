import { parseArgs } from 'node:util';
import { z } from 'zod';
import { formatTable } from '../src/figures/table.js';
import { checked, count } from './flags.js';
import { mostLiveBytes } from './live-tensors.js';
import { plainBackbones, plainMethods, plainStep } from './plain-step.js';

/*
 * npm run bench:live [-- --batch N] [--image N]
 *
 * Tensors that are there at one moment of a step on the CPU, at most, in MB, of plain fine-tuning and of the methods that have
 * nothing to prepare but statistics: nothing is run.
 */

const { values } = parseArgs({
  options: { batch: { type: 'string', default: '16' }, image: { type: 'string', default: '224' } },
});
const { batch: batchSize, image: imageSize } = checked(z.object({ batch: count, image: count }), values);

const rows: string[][] = [];
for (const name of plainBackbones) {
  const row: string[] = [name];
  for (const method of plainMethods)
    row.push((mostLiveBytes(await plainStep(name, { batchSize, imageSize, method })) / 1e6).toFixed(1));
  rows.push(row);
}
console.log(
  formatTable(
    ['live MB', ...plainMethods].map((title) => ({ title })),
    rows,
  ),
);
