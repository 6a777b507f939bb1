/** A program that says what a training step (of `memorySteps`, by its place) needs at least, and took: bytes, as JSON. */

import { at } from '../../src/errors.js';
import { methods } from '../../src/methods/index.js';
import { backboneNamed } from '../../src/nn/registry.js';
import { adamw } from '../../src/optimizers/adam.js';
import { constant } from '../../src/optimizers/schedules.js';
import { memoryBound } from '../../src/runtime/memory-bound.js';
import { nodeDriver } from '../../src/runtime/node.js';
import { lowerProgram } from '../../src/runtime/program.js';
import { newHead } from '../../src/training/new-head.js';
import { sameRates } from '../../src/training/rate-factors.js';
import { buildStep } from '../../src/training/step-graph.js';
import { Stepper } from '../../src/training/stepper.js';
import { memorySteps } from './memory-steps.js';

const { backbone, ...images } = at(memorySteps, Number(process.argv[2]));
const sizes = { ...images, classes: 5, accumulate: 1 };
const network = backboneNamed(backbone, { seed: 1 });
const graph = buildStep({
  ...sizes,
  network,
  head: newHead(network.featureSize, sizes.classes, 1),
  method: methods['fine-tuning'].bind(),
  lambda: 0,
  statistics: undefined,
  optimizer: adamw(),
  learningRate: 1e-4,
  schedule: constant,
  weightDecay: 0,
  rateFactors: sameRates(network),
  batchNorm: 'train',
});
const target = { device: 'cpu', channelBlock: await nodeDriver.channelBlock('cpu') } as const;
const bound = memoryBound(lowerProgram(graph.update, target));
const before = process.memoryUsage().rss;
const stepper = await Stepper.compile(graph, sizes, { driver: nodeDriver, device: 'cpu' });
const pixels = new Uint8Array(sizes.batchSize * sizes.imageSize ** 2 * 3).fill(100);
const labels = new Int32Array(sizes.batchSize);
for (const batch of [0, 1])
  await stepper.step(
    { pixels, labels, count: sizes.batchSize },
    { batch, batchesPerEpoch: 2, totalBatches: 2 },
    0,
  );
console.log(JSON.stringify({ bound, taken: process.resourceUsage().maxRSS * 1024 - before }));
