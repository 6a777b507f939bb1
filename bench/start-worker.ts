import { float32 } from '../src/graph/tensor.js';
import { isMethodName, methods } from '../src/methods/index.js';
import { openModel } from '../src/models/open.js';
import type { Driver } from '../src/runtime/driver.js';
import { nodeDriver } from '../src/runtime/node.js';
import { newHead } from '../src/training/new-head.js';
import { sameRates } from '../src/training/rate-factors.js';
import { buildStep } from '../src/training/step-graph.js';
import { Stepper } from '../src/training/stepper.js';
import { stepSettings } from './step-settings.js';

/*
 * start-worker.js FOLDER BATCH THREADS METHOD: opens a model, and takes two steps. Prints a line of JSON: seconds since the
 * process began, those of the processor, and its peak memory, at the end of each phase.
 */

const CLASSES = 100;
const [folder = '', batch, threads, name = ''] = process.argv.slice(2);
if (!isMethodName(name)) throw new Error(`no method is called ${name}`);
const marks: object[] = [];
const mark = (phase: string) => {
  const { user, system } = process.cpuUsage();
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  marks.push({ phase, seconds: process.uptime(), cpuSeconds: (user + system) / 1e6, peakBytes });
};

mark('modules');
const network = await openModel(folder);
mark('open');
const shape = {
  batchSize: Number(batch),
  imageSize: network.preprocessing.imageSize,
  classes: CLASSES,
  accumulate: 1,
};
const method = methods[name].bind({});
const graph = buildStep({
  ...shape,
  network,
  head: newHead(network.featureSize, CLASSES, 1),
  method,
  lambda: method.defaultLambda,
  statistics: name === 'fine-tuning' ? undefined : statistics(network.featureSize),
  rateFactors: sameRates(network),
  ...stepSettings,
});
mark('build');
const driver: Driver = {
  ...nodeDriver,
  async channelBlock(device) {
    const block = await nodeDriver.channelBlock(device);
    mark('load');
    return block;
  },
  createSession(model, options) {
    mark('lower');
    return nodeDriver.createSession(model, options);
  },
};
const compile = { driver, device: 'cpu', threads: Number(threads) } as const;
const stepper = await Stepper.compile(graph, shape, compile);
mark('compile');
const pixels = new Uint8Array(shape.batchSize * shape.imageSize ** 2 * 3).map((_, i) => (i * 37) % 251);
const labels = Int32Array.from({ length: shape.batchSize }, (_, i) => i % CLASSES);
for (let step = 0; step < 2; step++) {
  const position = { batch: step, batchesPerEpoch: 10, totalBatches: 10 };
  await stepper.step({ pixels, labels, count: shape.batchSize }, position, 1);
  mark(`step ${step + 1}`);
}
console.log(JSON.stringify(marks));

/** As if images had been looked at; their numbers make no difference to the time. */
function statistics(featureSize: number) {
  const filled = (...shape: number[]) =>
    float32(shape, new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5));
  return {
    perClass: { mean: filled(CLASSES, featureSize), std: filled(CLASSES, featureSize) },
    overall: { mean: filled(featureSize), std: filled(featureSize) },
    meanSquare: 0.5,
  };
}
