import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDataset } from '../../data/index.js';
import { adarand } from '../../methods/adarand.js';
import { fineTuning } from '../../methods/fine-tuning.js';
import { fnp } from '../../methods/fnp.js';
import { l2sp } from '../../methods/l2-sp.js';
import { cifarResNet } from '../../nn/cifar-resnet.js';
import type { Network } from '../../nn/network.js';
import type { StepMemory } from './fitting-batch.js';
import { parseOptions } from './parse-options.js';
import { decideOptimizer, evenBatch, needsStatistics, resolveSettings } from './settings.js';
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
  return resolveSettings(decided(given, network), {
    dataset: datasetOf(images),
    network,
    method: adarand.bind(),
    memory,
  });
}

function decided(given: object, of: Network) {
  return decideOptimizer(parseTrainOptions({ data: 'd', model: 'm', ...given }), of);
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

test('optimizer and learning rate go with what normalises activations', () => {
  const weights = [...network.parameters].filter(([, { kind }]) => kind !== 'norm');
  const folded = { ...network, buffers: new Map(), parameters: new Map(weights) };
  const layerNorm = { ...network, buffers: new Map() };
  const chosen = (of: Network, given: object = {}) => {
    const options = decided(given, of);
    const context = { dataset: datasetOf(100), network: of, method: adarand.bind(), memory: plenty };
    return [options.optimizer, resolveSettings(options, context).learningRate];
  };
  assert.deepEqual(chosen(network), ['sgd', 0.01]);
  assert.deepEqual(chosen(network, { head: 'random' }), ['sgd', 0.01]);
  assert.deepEqual(chosen(network, { optimizer: 'adamw' }), ['adamw', 3e-4]);
  assert.deepEqual(chosen(folded), ['adamw', 3e-4]);
  assert.deepEqual(chosen(folded, { optimizer: 'sgd' }), ['sgd', 3e-4]);
  assert.deepEqual(chosen(folded, { optimizer: 'sgd', head: 'random' }), ['sgd', 1e-3]);
  assert.deepEqual(chosen(layerNorm), ['adamw', 3e-5]);
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
  const options = decided({ optimizer: 'adamw' }, network);
  const given = { dataset: datasetOf(100), network, memory: plenty };
  assert.equal(resolveSettings(options, { ...given, method: l2sp.bind() }).weightDecay, 0);
  const asked = decided({ optimizer: 'adamw', weightDecay: 0.1 }, network);
  assert.equal(resolveSettings(asked, { ...given, method: l2sp.bind() }).weightDecay, 0.1);
});
