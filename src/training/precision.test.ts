import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fineTuning } from '../methods/fine-tuning.js';
import { cifarResNet } from '../nn/cifar-resnet.js';
import { schedules } from '../optimizers/schedules.js';
import { sgd } from '../optimizers/sgd.js';
import type { Driver, SessionOptions } from '../runtime/driver.js';
import { nodeDriver } from '../runtime/node.js';
import { newHead } from './new-head.js';
import { sameRates } from './rate-factors.js';
import { Trainer } from './trainer.js';

test('a precision is that of steps: what is measured is computed in float32', async () => {
  const asked: SessionOptions[] = [];
  const driver: Driver = {
    ...nodeDriver,
    createSession(model, options) {
      asked.push(options);
      return nodeDriver.createSession(model, options);
    },
  };
  const network = cifarResNet(8, { seed: 1 });
  const none = async function* () {};
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
      batchNorm: 'train',
      accumulate: 2,
      precision: 'tf32',
      seed: 1,
      epochs: 1,
      validateStart: false,
      diagnostics: true,
      checkpointSeconds: 100,
    },
    {
      compile: { driver, device: 'cpu', threads: 1 },
      data: { batchesPerEpoch: 2, train: none, trainingImages: none, validation: undefined, test: undefined },
      checkpoints: {
        saveLast: async () => {},
        saveBest: async () => {},
        loadBest: async () => new Map(),
      },
      emit: () => {},
      stop: () => false,
    },
  );
  await trainer.release();
  const precisions = asked.map(({ precision }) => precision ?? 'float32');
  // The step that collects gradients and the one that updates; the evaluation, and what measures its features.
  assert.deepEqual(precisions.slice(0, 2), ['tf32', 'tf32']);
  assert.ok(precisions.length > 2);
  assert.ok(precisions.slice(2).every((precision) => precision === 'float32'));
});
