import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fineTuning } from '../methods/fine-tuning.js';
import { cifarResNet } from '../nn/cifar-resnet.js';
import { constant } from '../optimizers/schedules.js';
import { sgd } from '../optimizers/sgd.js';
import type { Driver } from '../runtime/driver.js';
import { bindingDriver, cApiDriver } from '../runtime/node.js';
import { webDriver } from '../runtime/web.js';
import { newHead } from './new-head.js';
import { sameRates } from './rate-factors.js';
import { buildStep } from './step-graph.js';
import { Stepper } from './stepper.js';

const drivers: readonly (readonly [Driver, 'cpu' | 'wasm'])[] = [
  [cApiDriver, 'cpu'],
  [bindingDriver, 'cpu'],
  [webDriver, 'wasm'],
];

const STEPS = 1000;
const FIRST = 200;

/** One copy of the state for each step after the first 200 would be 240 MB. */
const LIMIT = 32e6;

for (const [driver, device] of drivers)
  test(`${driver.name}: the last 800 of 1000 steps take no more memory`, async () => {
    const shape = { batchSize: 4, imageSize: 8, classes: 3, accumulate: 1 };
    const network = cifarResNet(8, { seed: 1 });
    const graph = buildStep({
      ...shape,
      network,
      head: newHead(network.featureSize, shape.classes, 1),
      method: fineTuning.bind(),
      lambda: 0,
      statistics: undefined,
      optimizer: sgd(),
      learningRate: 0.01,
      schedule: constant,
      weightDecay: 0,
      rateFactors: sameRates(network, 1),
      batchNorm: 'train',
    });
    const stepper = await Stepper.compile(graph, shape, { driver, device, threads: 1 });
    const pixels = Uint8Array.from({ length: 4 * 8 * 8 * 3 }, (_, i) => (i * 37) % 256);
    const batch = { pixels, labels: Int32Array.of(0, 1, 2, 0), count: 4 };
    let before = 0;
    for (let step = 0; step < STEPS; step++) {
      if (step === FIRST) before = process.memoryUsage.rss();
      await stepper.step(batch, { batch: step, batchesPerEpoch: STEPS, totalBatches: STEPS }, 0);
    }
    const grown = process.memoryUsage.rss() - before;
    await stepper.release();
    assert.ok(grown < LIMIT, `${(grown / 1e6).toFixed(0)} MB more`);
  });
