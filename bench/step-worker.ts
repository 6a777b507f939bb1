import { createDataset, ImageCache } from '../src/data/index.js';
import { at } from '../src/errors.js';
import type { Device } from '../src/graph/device.js';
import { countFlops } from '../src/graph/flops.js';
import { float32, floatsOf } from '../src/graph/tensor.js';
import { input } from '../src/graph/value.js';
import { type MethodName, methods } from '../src/methods/index.js';
import type { Network } from '../src/nn/network.js';
import { type BackboneName, backboneNamed } from '../src/nn/registry.js';
import { recordingScope } from '../src/nn/scope.js';
import { Random } from '../src/random.js';
import { compileOptionsFor } from '../src/run/device/compile-options.js';
import { FrozenModel } from '../src/run/prepare/frozen-model.js';
import { loadPreparation, savePreparation } from '../src/run/prepare/preparation.js';
import { prepareToolsOf } from '../src/run/prepare/prepare-tools.js';
import type { RunInputs } from '../src/run/prepare/run-inputs.js';
import { newHead } from '../src/training/new-head.js';
import { normalize } from '../src/training/normalize.js';
import { sameRates } from '../src/training/rate-factors.js';
import { statisticsOf } from '../src/training/statistics.js';
import { buildStep } from '../src/training/step-graph.js';
import { Stepper } from '../src/training/stepper.js';
import { stepSettings } from './step-settings.js';

/** What one process measures: a backbone's training step under a method. */
export interface StepTask {
  readonly backbone: BackboneName;
  readonly method: MethodName;
  readonly batchSize: number;
  readonly imageSize: number;
  readonly classes: number;
  readonly threads: number;
  readonly device: Device;
}

export type ToWorker =
  /** What precedes training, into a file; in a process of its own, so that the step's memory is its own. */
  | { readonly type: 'prepare'; readonly task: StepTask; readonly file: string }
  | { readonly type: 'build'; readonly task: StepTask; readonly file: string }
  | { readonly type: 'run'; readonly steps: number };

export type FromWorker =
  | {
      readonly type: 'built';
      /** From an empty process to the end of the first step. */
      readonly seconds: number;
      readonly gflop: number;
    }
  | { readonly type: 'prepared'; readonly seconds: number }
  | {
      readonly type: 'ran';
      readonly milliseconds: readonly number[];
      /** Before each step. */
      readonly losses: readonly number[];
      readonly peakBytes: number;
    };

const SOURCE_CLASSES = 10;

/** As many as ImageNet has. */
const SOURCE_HEAD_CLASSES = 1000;

/** Images that a method prepares with: enough to see what its set-up costs. */
const IMAGES = 128;

/** Ablating channels takes many minutes; the step costs the same. */
const benchOptions: Partial<Record<MethodName, object>> = { delta: { attention: 'gradient' } };

/** Steps that were run: how long each took, and the loss that it began with. */
interface Ran {
  readonly milliseconds: number[];
  readonly losses: number[];
}

let runSteps: ((count: number) => Promise<Ran>) | undefined;

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
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  if (message.type === 'prepare') {
    await prepare(message.task, message.file);
    return { type: 'prepared', seconds: seconds() };
  }
  if (message.type === 'build') {
    const { run, gflop } = await build(message.task, message.file);
    runSteps = run;
    await run(1);
    return { type: 'built', seconds: seconds(), gflop };
  }
  if (runSteps === undefined) throw new Error('nothing is built');
  const ran = await runSteps(message.steps);
  return { type: 'ran', ...ran, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

async function contestant(task: StepTask) {
  const { imageSize, threads, device } = task;
  const method = methods[task.method].bind(benchOptions[task.method]);
  return {
    compile: await compileOptionsFor(device, threads),
    method,
    network: resized(backboneNamed(task.backbone, { seed: 1 }), imageSize),
    expected: {
      statistics: method.needs.some((need) => /Statistics$/.test(need)),
      method: method.prepare !== undefined,
      head: false,
    },
  };
}

async function build(task: StepTask, file: string) {
  const { batchSize, classes, imageSize } = task;
  const { compile, method, network, expected } = await contestant(task);
  const { statistics, method: prepared } = await loadPreparation(file, expected);
  const labels = Int32Array.from({ length: batchSize }, (_, i) => i % classes);
  const graph = buildStep({
    network,
    head: newHead(network.featureSize, classes, 1),
    batchSize,
    imageSize,
    classes,
    method,
    lambda: method.defaultLambda,
    statistics,
    prepared,
    sourceClasses: SOURCE_CLASSES,
    rateFactors: sameRates(network),
    ...stepSettings,
  });
  const shape = { batchSize, imageSize, classes, accumulate: 1 };
  const stepper = await Stepper.compile(graph, shape, compile);
  const random = new Random(1, 'test');
  const pixels = new Uint8Array(batchSize * imageSize * imageSize * 3).map(() => random.below(256));
  let step = 0;
  const run = async (count: number) => {
    const ran: Ran = { milliseconds: [], losses: [] };
    for (let i = 0; i < count; i++, step++) {
      const started = performance.now();
      const position = { batch: step, batchesPerEpoch: 100, totalBatches: 1000 };
      const batch = { pixels, labels, count: batchSize };
      const source = { ...batch, labels: labels.map((label) => label % SOURCE_CLASSES) };
      const outputs = await stepper.step({ ...batch, source }, position, 1);
      ran.milliseconds.push(performance.now() - started);
      ran.losses.push(at(floatsOf(outputs, 'loss').data, 0));
    }
    return ran;
  };
  const images = input('pixels', { dtype: 'uint8', shape: [batchSize, imageSize, imageSize, 3] });
  const features = network.features(
    normalize(images, network.preprocessing),
    recordingScope(network, { training: true }),
  );
  return { run, gflop: (3 * countFlops([features])) / 1e9 };
}

/** What precedes training, on random images, with an empty cache. */
async function prepare(task: StepTask, file: string): Promise<void> {
  const { compile, method, network, expected } = await contestant(task);
  if (!expected.statistics && !expected.method) return;
  process.env.ADARAND_CACHE = `${file}.cache`;
  const host = { emit() {}, stop: () => false };
  const cache = new ImageCache({ imageSize: task.imageSize });
  const dataset = randomImages(Math.max(IMAGES, task.classes), task.classes, task.imageSize);
  const source = randomImages(IMAGES, SOURCE_CLASSES, task.imageSize);
  const { classes } = source;
  const sourceImages = { dataset: source, classes, images: source.train.images };
  const inputs: RunInputs = {
    network,
    modelSource: undefined,
    licences: [],
    compile,
    cache,
    dataset,
    source: sourceImages,
    openAt: () => Promise.resolve(network),
  };
  const frozen = await FrozenModel.create(inputs, host);
  const tools = prepareToolsOf(inputs, frozen, { batchSize: task.batchSize, seed: 1 }, host);
  const statistics = expected.statistics
    ? statisticsOf(await tools.features('train'), task.classes)
    : undefined;
  const prepared = (await method.prepare?.(tools)) ?? {};
  await savePreparation(file, { statistics, method: prepared, head: undefined }, expected);
}

function randomImages(count: number, classes: number, side: number) {
  const train = Array.from({ length: count }, (_, i) => {
    const random = new Random(2, 'test', i);
    const data = Uint8Array.from({ length: side * side * 3 }, () => random.below(256));
    return {
      image: { kind: 'pixels', width: side, height: side, channels: 3, data },
      label: i % classes,
    } as const;
  });
  const names = Array.from({ length: classes }, (_, k) => `class ${k}`);
  return createDataset(
    { path: 'random', classes: names, train },
    { seed: 1, valFraction: 0, testFraction: 0 },
  );
}

/** At the bench's image size, and with a head of its own, for methods that want one. */
function resized(network: Network, imageSize: number): Network {
  const random = new Random(3, 'test');
  const size = SOURCE_HEAD_CLASSES * network.featureSize;
  const weight = Float32Array.from({ length: size }, () => 0.01 * random.normal());
  return {
    ...network,
    preprocessing: { ...network.preprocessing, imageSize, resizeSize: imageSize },
    pretrainedHead: {
      weight: float32([SOURCE_HEAD_CLASSES, network.featureSize], weight),
      bias: float32([SOURCE_HEAD_CLASSES], new Float32Array(SOURCE_HEAD_CLASSES)),
      classes: Array.from({ length: SOURCE_HEAD_CLASSES }, (_, k) => `class ${k}`),
    },
  };
}
