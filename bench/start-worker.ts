import { methods } from '../src/methods/index.js';
import { openModel } from '../src/models/open.js';
import { schedules } from '../src/optimizers/schedules.js';
import { sgd } from '../src/optimizers/sgd.js';
import { Random } from '../src/random.js';
import { nodeDriver } from '../src/runtime/node.js';
import { newHead } from '../src/training/classifier.js';
import { buildStep } from '../src/training/step-graph.js';
import { Stepper } from '../src/training/stepper.js';

const [folder = '', batch = '16'] = process.argv.slice(2);
const began = Date.now() - 1000 * process.uptime();
const marks: [string, number, number][] = [];
const mark = (what: string) =>
  marks.push([what, (Date.now() - began) / 1000, process.resourceUsage().maxRSS / 1024]);
mark('modules');
const network = await openModel(folder);
mark('open');
const batchSize = Number(batch);
const { imageSize } = network.preprocessing;
const classes = 100;
const graph = buildStep({
  network,
  head: newHead(network.featureSize, classes, 1),
  batchSize,
  imageSize,
  classes,
  method: methods['fine-tuning'].bind(undefined),
  lambda: 1,
  statistics: undefined,
  prepared: {},
  sourceClasses: 10,
  optimizer: sgd(),
  learningRate: 1e-3,
  schedule: schedules.cosine,
  weightDecay: 0,
  backboneLrScale: 1,
  accumulate: 1,
  batchNorm: 'train',
});
mark('build');
const stepper = await Stepper.compile(
  graph,
  { batchSize, imageSize, classes, accumulate: 1 },
  { driver: nodeDriver, device: 'cpu', threads: 2 },
);
mark('compile');
const random = new Random(1, 'test');
const pixels = new Uint8Array(batchSize * imageSize * imageSize * 3).map(() => random.below(256));
const labels = Int32Array.from({ length: batchSize }, (_, i) => i % classes);
mark('pixels');
for (let i = 0; i < 3; i++) {
  await stepper.step(
    { pixels, labels, count: batchSize },
    { batch: i, batchesPerEpoch: 100, totalBatches: 100 },
    1,
  );
  mark(`step ${i + 1}`);
}
for (const [i, [what, at, mb]] of marks.entries())
  console.log(
    what.padEnd(10),
    (at - (marks[i - 1]?.[1] ?? 0)).toFixed(2).padStart(7),
    at.toFixed(2).padStart(7),
    mb.toFixed(0).padStart(6),
    'MB',
  );
