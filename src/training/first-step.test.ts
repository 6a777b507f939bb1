import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Device } from '../graph/device.js';
import { fineTuning } from '../methods/fine-tuning.js';
import { cifarResNet } from '../nn/cifar-resnet.js';
import { schedules } from '../optimizers/schedules.js';
import { sgd } from '../optimizers/sgd.js';
import type { Driver } from '../runtime/driver.js';
import { nodeDriver } from '../runtime/node.js';
import { start } from './checkpoint.js';
import type { TrainingBatch } from './feeds.js';
import { newHead } from './new-head.js';
import { sameRates } from './rate-factors.js';
import { Trainer } from './trainer.js';

/** Computes on the CPU what was lowered for another device. */
const elsewhere: Driver = {
  name: 'elsewhere',
  channelBlock: async () => undefined,
  memory: async () => undefined,
  memoryLimit: async () => undefined,
  createSession: (model, options) => nodeDriver.createSession(model, { ...options, device: 'cpu' }),
};

async function eventsOn(device: Device): Promise<string[]> {
  const network = cifarResNet(8, { seed: 1 });
  const none = async function* () {};
  const batches = async function* (): AsyncGenerator<TrainingBatch> {
    for (let i = 0; i < 2; i++)
      yield { pixels: new Uint8Array(2 * 8 * 8 * 3).fill(99), labels: Int32Array.of(0, 1), count: 2 };
  };
  const events: string[] = [];
  const trainer = await Trainer.create(
    {
      network,
      head: newHead(network.featureSize, 3, 1),
      batchSize: 2,
      evalBatchSize: 2,
      imageSize: 8,
      classes: 3,
      method: fineTuning.bind(),
      lambda: 0,
      statistics: undefined,
      optimizer: sgd(),
      learningRate: 0.01,
      schedule: schedules.cosine,
      weightDecay: 0,
      rateFactors: sameRates(network),
      batchNorm: 'frozen',
      accumulate: 1,
      seed: 1,
      epochs: 2,
      validateStart: false,
      checkpointSeconds: 100,
    },
    {
      compile: { driver: elsewhere, device, threads: 1 },
      data: {
        batchesPerEpoch: 2,
        train: batches,
        trainingImages: none,
        validation: undefined,
        test: undefined,
      },
      checkpoints: { saveLast: async () => {}, saveBest: async () => {}, loadBest: async () => new Map() },
      emit: (event) => events.push(event.type === 'phase' ? event.phase : event.type),
      stop: () => false,
    },
  );
  await trainer.train(start());
  await trainer.release();
  return events.filter((event) => event !== 'epoch');
}

test('the first step of a device that compiles its kernels then is told apart', async () => {
  const steps = ['step', 'step'];
  assert.deepEqual(await eventsOn('webgpu'), [
    'compile',
    'first-step',
    'step',
    'train',
    'step',
    'train',
    ...steps,
  ]);
  assert.deepEqual(await eventsOn('cpu'), ['compile', 'train', ...steps, 'train', ...steps]);
});
