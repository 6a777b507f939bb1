import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { median } from '../src/analysis/statistics.js';
import { formatTable } from '../src/figures/table.js';
import type { BackboneName } from '../src/nn/registry.js';
import { checked, count, listOf } from './flags.js';
import { Worker } from './worker.js';

/*
 * npm run bench:sizes [-- --only A,B] [--steps N] [--threads N]
 *
 * What an image costs in a step of plain fine-tuning, by the batch and by the image's side: milliseconds, the median of some steps
 * after two, each in a process of its own.
 */

const known = ['resnet18', 'mobilenet-v2', 'vit-tiny-16'] as const;
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: known.join() },
    steps: { type: 'string', default: '3' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
});
const {
  only: backbones,
  steps,
  threads,
} = checked(z.object({ only: listOf(known), steps: count, threads: count }), values);
const batches = [4, 16, 64];
const sides = [96, 160, 224];

console.log(`${cpus()[0]?.model.trim()}, ${threads} threads, Node ${process.version}\n`);
const rows: string[][] = [];
for (const backbone of backbones)
  for (const imageSize of sides) {
    const cells: string[] = [];
    for (const batchSize of batches) {
      process.stderr.write(`\r${backbone}, ${imageSize} pixels, batch ${batchSize}   `);
      const { perImage, gflops } = await measured(backbone, { batchSize, imageSize });
      cells.push(perImage.toFixed(2), gflops.toFixed(0));
    }
    rows.push([backbone, String(imageSize), ...cells]);
  }
process.stderr.write('\r\x1b[K');
const columns = ['model', 'pixels', ...batches.flatMap((batch) => [`ms, batch ${batch}`, 'GFLOP/s'])];
console.log(
  formatTable(
    columns.map((title, i) => ({ title, align: i < 1 ? 'left' : 'right' })),
    rows,
  ),
);

async function measured(
  backbone: BackboneName,
  { batchSize, imageSize }: { readonly batchSize: number; readonly imageSize: number },
) {
  const task = {
    backbone,
    method: 'fine-tuning',
    batchSize,
    imageSize,
    classes: 100,
    threads,
    device: 'cpu',
  } as const;
  const worker = await Worker.start('fine-tuning', task);
  await worker.run(2 + steps);
  worker.stop();
  const step = median(worker.milliseconds.slice(2));
  return { perImage: step / batchSize, gflops: (1000 * worker.gflop) / step };
}
