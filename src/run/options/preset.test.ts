import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from './parse-options.js';
import { type PresetFacts, presetOptions } from './preset.js';
import { trainOptionsSchema } from './train-options.js';

const facts: PresetFacts = {
  images: 7330,
  hasBatchNorm: true,
  replacesWeightDecay: false,
  given: { accumulate: 1 },
  fitting: (size: number) => size,
};
const paper = (change: Partial<PresetFacts> = {}) => {
  const given = { data: 'd', model: 'm', ...presetOptions('paper', { ...facts, ...change }) };
  return parseOptions(trainOptionsSchema, given);
};

test("the paper's protocol for its own dataset is the published one", () => {
  const resnet = paper();
  assert.equal(resnet.epochs, 200);
  assert.equal(resnet.batchSize, 64);
  assert.deepEqual([resnet.optimizer, resnet.learningRate, resnet.weightDecay], ['sgd', 0.01, 0]);
  assert.deepEqual([resnet.schedule, resnet.warmUp], ['multi-step', 0]);
  assert.deepEqual([resnet.head, resnet.chooseBy, resnet.lambdaUnit], ['random', 'loss', 'raw']);
  const transformer = paper({ hasBatchNorm: false });
  assert.deepEqual(
    [transformer.optimizer, transformer.learningRate, transformer.weightDecay],
    ['adamw', 3e-5, 0.1],
  );
  assert.deepEqual([transformer.schedule, transformer.warmUp], ['cosine-7-16', 30]);
});

test('for other datasets it has as many epochs or fewer, and batches that leave four an epoch and fit', () => {
  assert.deepEqual([paper({ images: 300 }).epochs, paper({ images: 300 }).batchSize], [200, 64]);
  assert.equal(paper({ images: 40 }).batchSize, 8);
  assert.equal(paper({ images: 3 }).batchSize, 1);
  assert.equal(paper({ images: 73_300 }).epochs, 20);
  assert.equal(paper({ images: 10_000_000 }).epochs, 1);
  assert.equal(paper({ fitting: () => 16 }).batchSize, 16);
  assert.equal(
    paper({ hasBatchNorm: false, images: 5, fitting: () => 5 }).warmUp,
    20,
    'a tenth of the updates',
  );
  assert.equal(paper({ hasBatchNorm: false, replacesWeightDecay: true }).weightDecay, 0);
});

test('what is given is what its other defaults follow from', () => {
  const short = paper({
    hasBatchNorm: false,
    images: 100,
    given: { epochs: 2, batchSize: 10, accumulate: 1 },
  });
  assert.equal(short.warmUp, 2);
  assert.equal(paper({ hasBatchNorm: false, images: 64, given: { epochs: 20, accumulate: 2 } }).warmUp, 4);
  const selfSupervised = paper({ given: { optimizer: 'adamw', accumulate: 1 } });
  assert.deepEqual(
    [selfSupervised.learningRate, selfSupervised.weightDecay, selfSupervised.schedule, selfSupervised.warmUp],
    [3e-5, 0.1, 'cosine-7-16', 30],
  );
});

test('without a preset, nothing is given', () => {
  assert.deepEqual(presetOptions('none', facts), {});
});
