import { countFlops } from '../graph/flops.js';
import { input } from '../graph/value.js';
import { type BackboneName, backbones } from '../nn/registry.js';
import { recordingScope } from '../nn/scope.js';
import { schedules } from '../optimizers/schedules.js';
import { sgd } from '../optimizers/sgd.js';
import { Random } from '../random.js';
import { type RegularizerName, regularizerByName } from '../regularizers/index.js';
import { nodeDriver } from '../runtime/node.js';
import { newHead, normalize } from '../training/classifier.js';
import { StatisticsCollector } from '../training/statistics.js';
import { buildStep } from '../training/step-graph.js';
import { Stepper } from '../training/stepper.js';

/** What one process measures: a backbone's training step under a method. */
export interface StepTask {
  readonly backbone: BackboneName;
  readonly method: RegularizerName;
  readonly batchSize: number;
  readonly imageSize: number;
  readonly classes: number;
  readonly threads: number;
}

export type ToWorker =
  | { readonly type: 'build'; readonly task: StepTask }
  | { readonly type: 'run'; readonly steps: number };

export type FromWorker =
  | { readonly type: 'built'; readonly seconds: number; readonly gflop: number }
  | { readonly type: 'ran'; readonly milliseconds: readonly number[]; readonly peakBytes: number };

let runSteps: ((count: number) => Promise<number[]>) | undefined;

process.on('message', (message: ToWorker) => {
  handle(message).then(
    (reply) => process.send?.(reply),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function handle(message: ToWorker): Promise<FromWorker> {
  if (message.type === 'build') {
    const started = performance.now();
    const { run, gflop } = await build(message.task);
    runSteps = run;
    await run(1);
    return { type: 'built', seconds: (performance.now() - started) / 1000, gflop };
  }
  const milliseconds = (await runSteps?.(message.steps)) ?? [];
  return { type: 'ran', milliseconds, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

async function build(task: StepTask) {
  const { batchSize, classes, imageSize, threads } = task;
  const network = backbones[task.backbone]({ seed: 1 });
  const regularizer = regularizerByName(task.method);
  const statistics = new StatisticsCollector(classes, network.featureSize);
  const labels = Int32Array.from({ length: batchSize }, (_, i) => i % classes);
  statistics.add(new Float32Array(batchSize * network.featureSize).fill(0.5), labels, batchSize);
  const graph = buildStep({
    network,
    head: newHead(network.featureSize, classes, 1),
    batchSize,
    imageSize,
    classes,
    regularizer,
    regularizerOptions: regularizer.options.parse({}),
    lambda: regularizer.defaultLambda,
    statistics: statistics.finish(),
    optimizer: sgd(),
    learningRate: 1e-3,
    schedule: schedules.cosine,
    weightDecay: 0,
    backboneRate: 1,
    accumulate: 1,
    batchNorm: 'train',
  });
  const shape = { batchSize, imageSize, classes, accumulate: 1 };
  const stepper = await Stepper.compile(graph, shape, { driver: nodeDriver, device: 'cpu', threads });
  const random = new Random(1, 'test');
  const pixels = new Uint8Array(batchSize * imageSize * imageSize * 3).map(() => random.below(256));
  let step = 0;
  const run = async (count: number) => {
    const times: number[] = [];
    for (let i = 0; i < count; i++, step++) {
      const started = performance.now();
      const position = { batch: step, batchesPerEpoch: 100, totalBatches: 1000 };
      await stepper.step({ pixels, labels, count: batchSize }, position, 1);
      times.push(performance.now() - started);
    }
    return times;
  };
  const images = input('pixels', { dtype: 'uint8', shape: [batchSize, imageSize, imageSize, 3] });
  const features = network.features(
    normalize(images, network.preprocessing),
    recordingScope(network, { training: true }),
  );
  return { run, gflop: (3 * countFlops([features])) / 1e9 };
}
