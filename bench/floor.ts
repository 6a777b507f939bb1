import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { formatTable } from '../src/figures/table.js';
import { nodeDriver } from '../src/runtime/node.js';
import { convRate } from './conv-rate.js';
import { copyRate } from './copy-rate.js';
import { checked, count } from './flags.js';
import { gemmRate } from './gemm-rate.js';
import { type NodeCost, nodeCosts } from './node-costs.js';
import { plainBackbones, plainStep } from './plain-step.js';

/*
 * npm run bench:floor [-- --batch N] [--image N] [--threads N] [--gflops N] [--blocked N] [--gbytes N]
 *
 * The roofline of a step of plain fine-tuning on the CPU, which is not run: each node of the lowered graph takes the longer of its
 * products at the rate of a large one, of matrices or of a convolution in blocks, and its operands and results at the rate of a large
 * pass, all as measured here or given.
 */

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '16' },
    image: { type: 'string', default: '224' },
    threads: { type: 'string', default: String(availableParallelism()) },
    gflops: { type: 'string' },
    blocked: { type: 'string' },
    gbytes: { type: 'string' },
  },
});
const rate = z.coerce.number().positive().optional();
const given = checked(
  z.object({ batch: count, image: count, threads: count, gflops: rate, blocked: rate, gbytes: rate }),
  values,
);
const { batch: batchSize, image: imageSize, threads } = given;
const gflops = given.gflops ?? (await gemmRate(threads, 40));
const channelBlock = await nodeDriver.channelBlock('cpu');
const blocked =
  given.blocked ?? (channelBlock === undefined ? gflops : await convRate(channelBlock, threads, 40));
const gbytes = given.gbytes ?? (await copyRate(threads, 20));
console.log(
  `${cpus()[0]?.model.trim()}, ${threads} threads: products ${gflops.toFixed(0)} GFLOP/s, in blocks ${blocked.toFixed(0)}, passes ${gbytes.toFixed(1)} GB/s\n`,
);

const rows: string[][] = [];
for (const name of plainBackbones) {
  const costs = nodeCosts(await plainStep(name, { batchSize, imageSize }));
  const ms = (of: (cost: NodeCost) => number) => costs.reduce((sum, cost) => sum + of(cost), 0);
  const product = ({ flops, inBlocks }: NodeCost) => flops / (inBlocks ? blocked : gflops) / 1e6;
  const pass = (bytes: number) => bytes / gbytes / 1e6;
  rows.push([
    name,
    (ms(({ flops }) => flops) / 1e9).toFixed(0),
    ms(product).toFixed(0),
    (ms(({ bytes }) => bytes) / 1e9).toFixed(1),
    ms(({ flops, bytes }) => (flops === 0 ? pass(bytes) : 0)).toFixed(0),
    ms((cost) => Math.max(product(cost), pass(cost.bytes))).toFixed(0),
  ]);
}
console.log(
  formatTable(
    ['model', 'GFLOP', 'products, ms', 'GB', 'other nodes, ms', 'floor, ms'].map((title) => ({ title })),
    rows,
  ),
);
