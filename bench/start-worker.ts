import { methods } from '../src/methods/index.js';
import { openModel } from '../src/models/open.js';
import { schedules } from '../src/optimizers/schedules.js';
import { sgd } from '../src/optimizers/sgd.js';
import { nodeDriver } from '../src/runtime/node.js';
import { newHead } from '../src/training/classifier.js';
import { sameRates } from '../src/training/rate-factors.js';
import { buildStep } from '../src/training/step-graph.js';
import { Stepper } from '../src/training/stepper.js';

/*
 * start-worker.js FOLDER BATCH THREADS: opens a model, and takes two steps of plain fine-tuning. Prints a line of JSON:
 * seconds since the process began, and its peak memory, at the end of each phase.
 */

const CLASSES = 100;
const [folder = '', batch, threads] = process.argv.slice(2);
const marks: { readonly phase: string; readonly seconds: number; readonly peakBytes: number }[] = [];
const mark = (phase: string) =>
  marks.push({ phase, seconds: process.uptime(), peakBytes: process.resourceUsage().maxRSS * 1024 });

mark('modules');
const network = await openModel(folder);
mark('open');
const shape = {
  batchSize: Number(batch),
  imageSize: network.preprocessing.imageSize,
  classes: CLASSES,
  accumulate: 1,
};
const graph = buildStep({
  ...shape,
  network,
  head: newHead(network.featureSize, CLASSES, 1),
  method: methods['fine-tuning'].bind({}),
  lambda: 0,
  statistics: undefined,
  optimizer: sgd(),
  learningRate: 1e-3,
  schedule: schedules.constant,
  weightDecay: 0,
  rateFactors: sameRates(network),
  batchNorm: 'train',
});
const compile = { driver: nodeDriver, device: 'cpu', threads: Number(threads) } as const;
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
