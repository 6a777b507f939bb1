import { parseArgs } from 'node:util';
import { formatTable } from '../src/figures/table.js';
import { mostLiveBytes } from './live-tensors.js';
import { plainBackbones, plainStep } from './plain-step.js';

/*
 * npm run bench:live [-- --batch N] [--image N]
 *
 * Tensors that are there at one moment of a step of plain fine-tuning on the CPU, at most, in MB: nothing is run.
 */

const { values } = parseArgs({
  options: { batch: { type: 'string', default: '16' }, image: { type: 'string', default: '224' } },
});
const [batchSize, imageSize] = [Number(values.batch), Number(values.image)];

const rows: string[][] = [];
for (const name of plainBackbones) {
  const bytes = mostLiveBytes(await plainStep(name, { batchSize, imageSize }));
  rows.push([name, (bytes / 1e6).toFixed(0)]);
}
console.log(
  formatTable(
    ['model', 'live MB'].map((title) => ({ title })),
    rows,
  ),
);
