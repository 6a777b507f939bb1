/**
 * Trains small networks for a few steps on the CPU and on another device, by the same images and draws:
 * `node training-runner.js DEVICE`. A line of JSON for each says how far the two are apart.
 */

import { type Device, devices } from '../../src/graph/device.js';
import { zeros } from '../../src/graph/tensor.js';
import { adarand } from '../../src/methods/adarand.js';
import { fineTuning } from '../../src/methods/fine-tuning.js';
import type { BoundMethod } from '../../src/methods/method.js';
import { cifarResNet } from '../../src/nn/cifar-resnet.js';
import type { Network } from '../../src/nn/network.js';
import { resNet } from '../../src/nn/resnet/resnet.js';
import { vit } from '../../src/nn/vit/vit.js';
import { constant } from '../../src/optimizers/schedules.js';
import { sgd } from '../../src/optimizers/sgd.js';
import { Random } from '../../src/random.js';
import { driverFor } from '../../src/run/device/driver-for.js';
import { newHead } from '../../src/training/new-head.js';
import { sameRates } from '../../src/training/rate-factors.js';
import { statisticsOf } from '../../src/training/statistics.js';
import { buildStep } from '../../src/training/step-graph.js';
import { Stepper } from '../../src/training/stepper.js';
import type { Trained } from './run-training.js';
import { worstError } from './samples.js';

interface Training {
  build(): Network;
  readonly method: BoundMethod;
}

/** What takes long on a device is the first step, which compiles its kernels. */
const trainings: Readonly<Record<string, Training>> = {
  'cifar-resnet': { build: () => cifarResNet(8, { seed: 1 }), method: adarand.bind() },
  // As torchvision's: a 7x7 stem, overlapping max-pooling, a projection.
  resnet: {
    build: () =>
      resNet(
        {
          name: 'resnet-tiny',
          stem: { kind: 'standard', channels: [8] },
          stages: [{ blocks: 1, width: 8, out: 16 }],
          bottleneck: false,
        },
        { seed: 1 },
      ),
    method: fineTuning.bind(),
  },
  vit: {
    build: () => vit({ imageSize: 16, patch: 4, width: 24, depth: 1, heads: 3 }, { seed: 1 }),
    method: fineTuning.bind(),
  },
};

const STEPS = 3;
const CLASSES = 3;
const SHAPE = { batchSize: 4, imageSize: 16, classes: CLASSES, accumulate: 1 };

const [deviceName] = process.argv.slice(2);
const device = devices.find((each) => each === deviceName);
if (device === undefined) throw new Error(`no device is called ${deviceName}`);
// One process: a device compiles what they have in common once.
for (const [name, training] of Object.entries(trainings)) {
  const [expected, actual] = [await train(training, 'cpu'), await train(training, device)];
  const distances = [...expected.state].map(([name, data]) => worstError(actual.state.get(name) ?? [], data));
  const trained: Trained = {
    name,
    losses: worstError(actual.losses, expected.losses),
    state: Math.max(...distances),
  };
  console.log(JSON.stringify(trained));
}
// Native threads are not waited for.
process.exit(0);

async function train({ build, method }: Training, device: Device) {
  const network = build();
  const random = new Random(3, 'test');
  const features = zeros('float32', [2 * CLASSES, network.featureSize]);
  features.data.forEach((_, i) => {
    features.data[i] = random.normal();
  });
  const graph = buildStep({
    ...SHAPE,
    network,
    head: newHead(network.featureSize, CLASSES, 7),
    method,
    lambda: 0.1,
    statistics: statisticsOf({ features, labels: Int32Array.of(0, 1, 2, 0, 1, 2) }, CLASSES),
    optimizer: sgd(),
    learningRate: 0.02,
    schedule: constant,
    weightDecay: 1e-3,
    rateFactors: sameRates(network),
    batchNorm: 'train',
  });
  const stepper = await Stepper.compile(graph, SHAPE, { driver: await driverFor(device), device });
  const losses: number[] = [];
  for (let batch = 0; batch < STEPS; batch++) {
    const pixels = Uint8Array.from({ length: 4 * 16 * 16 * 3 }, () => random.below(256));
    const labels = Int32Array.of(0, 1, 2, batch % CLASSES);
    const place = { batch, batchesPerEpoch: STEPS, totalBatches: STEPS };
    const outputs = await stepper.step({ pixels, labels, count: 4 }, place, 0);
    losses.push(...['task_loss', 'penalty'].map((name) => Number(outputs.get(name)?.data[0])));
  }
  const read = await stepper.state.read(stepper.saved);
  const state = new Map([...read].map(([name, { data }]) => [name, numbersOf(data)]));
  await stepper.release();
  return { losses, state };
}

function numbersOf(data: ArrayLike<number | bigint>): number[] {
  return Array.from(data, Number);
}
