import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDataset } from '../../data/index.js';
import { adarand } from '../../methods/adarand.js';
import { fineTuning } from '../../methods/fine-tuning.js';
import { fnp } from '../../methods/fnp.js';
import { l2sp } from '../../methods/l2-sp.js';
import { cifarResNet } from '../../nn/cifar-resnet.js';
import type { StepMemory } from './fitting-batch.js';
import { parseOptions } from './parse-options.js';
import { evenBatch, needsStatistics, resolveSettings } from './settings.js';
import { trainOptionsSchema } from './train-options.js';

const parseTrainOptions = (given: unknown) => parseOptions(trainOptionsSchema, given);

const network = cifarResNet(8, { seed: 0 });

function datasetOf(images: number) {
  const image = { kind: 'pixels', width: 1, height: 1, channels: 1, data: new Uint8Array(1) } as const;
  const train = Array.from({ length: images }, (_, i) => ({ image, label: i % 2 }));
  return createDataset({ path: 'd', classes: ['a', 'b'], train, val: [], test: [] }, { seed: 0 });
}

const plenty: StepMemory = { bytesOf: () => 1, limit: undefined };

function resolved(given: object, images = 1000, memory = plenty) {
  const options = parseTrainOptions({ data: 'd', model: 'm', ...given });
  const dataset = datasetOf(images);
  return resolveSettings(options, {
    dataset,
    network,
    method: adarand.bind(),
    memory,
  });
}

test('batches are smaller where there are few images', () => {
  const sizes = [1000, 128, 127, 40, 8, 3].map((images) => resolved({}, images).batchSize);
  assert.deepEqual(sizes, [32, 32, 16, 8, 2, 1]);
  assert.throws(() => resolved({ batchSize: 11 }, 10), /at most|cannot be filled/);
});

test('batches of evaluation have at most 32 images, and few of the last one are wanting', () => {
  assert.deepEqual([0, 1, 32, 33, 66, 80, 143].map(evenBatch), [1, 1, 32, 17, 22, 27, 29]);
  for (let images = 1; images < 500; images++) {
    const size = evenBatch(images);
    const batches = Math.ceil(images / size);
    assert.ok(size <= 32 && batches * size - images < batches, `${images} in batches of ${size}`);
  }
});

test('batches are smaller where memory is scarce, unless their size is given', () => {
  const scarce: StepMemory = { bytesOf: (images) => images, limit: 12 };
  assert.equal(resolved({}, 1000, scarce).batchSize, 8);
  assert.equal(resolved({}, 20, scarce).batchSize, 4);
  assert.equal(resolved({ batchSize: 64 }, 1000, scarce).batchSize, 64);
});

test('the learning rate goes with BatchNorm and the optimizer', () => {
  assert.equal(resolved({ head: 'random' }).learningRate, 0.01);
  const folded = { ...network, buffers: new Map() };
  const options = parseTrainOptions({ data: 'd', model: 'm', head: 'random' });
  const given = { dataset: datasetOf(100), network: folded, method: adarand.bind(), memory: plenty };
  assert.equal(resolveSettings(options, given).learningRate, 0.001);
  assert.equal(resolved({ head: 'random', optimizer: 'adamw' }).learningRate, 1e-4);
  assert.equal(resolved({}).learningRate, 0.01);
  const probed = parseTrainOptions({ data: 'd', model: 'm' });
  assert.equal(resolveSettings(probed, given).learningRate, 0.0003);
});

test('statistics are computed only where they are needed', () => {
  const options = (given: object) => parseTrainOptions({ data: 'd', model: 'm', ...given });
  assert.ok(needsStatistics(options({ lambdaUnit: 'raw' }), adarand.bind()), 'class statistics');
  assert.ok(needsStatistics(options({}), fnp.bind()), 'the scale of lambda');
  assert.ok(!needsStatistics(options({ lambda: 0 }), fnp.bind()));
  assert.ok(!needsStatistics(options({}), fineTuning.bind()));
});

test("adamw decays weights, unless the method's own losses take that place", () => {
  assert.equal(resolved({ optimizer: 'adamw' }).weightDecay, 0.05);
  assert.equal(resolved({}).weightDecay, 0);
  const options = parseTrainOptions({ data: 'd', model: 'm', optimizer: 'adamw' });
  const given = { dataset: datasetOf(100), network, memory: plenty };
  assert.equal(resolveSettings(options, { ...given, method: l2sp.bind() }).weightDecay, 0);
  const asked = parseTrainOptions({ data: 'd', model: 'm', optimizer: 'adamw', weightDecay: 0.1 });
  assert.equal(resolveSettings(asked, { ...given, method: l2sp.bind() }).weightDecay, 0.1);
});
