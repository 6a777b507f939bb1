import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { input, topologicalOrder, type Value } from '../graph/value.js';
import { backboneNamed } from '../nn/registry.js';
import { recordingScope } from '../nn/scope.js';
import { buildFeatures, normalize } from './classifier.js';

test('a pixel p of a channel becomes (p / 255 - mean) / std', () => {
  const [mean, std] = [[0.5, 0.25, 0.125] as const, [0.25, 0.5, 2] as const];
  const pixels = input('pixels', { dtype: 'uint8', shape: [1, 1, 2, 3] });
  const images = normalize(pixels, { imageSize: 2, resizeSize: 2, mean, std });
  const bytes = Float64Array.of(0, 51, 102, 255, 204, 153);
  const actual = at(interpret([images], new Map([['pixels', bytes]])), 0);
  const expected = [-2, 2, -0.1, 1.1, 0.1375, 0.2375];
  assert.deepEqual(images.shape, [1, 3, 1, 2]);
  // Scale and offset are numbers of single precision.
  for (const [i, element] of expected.entries()) assert.ok(Math.abs(at(actual, i) - element) < 1e-6);
});

test('features, feature maps and the updates of running statistics are fused as one graph', () => {
  const network = backboneNamed('resnet18', { seed: 1 });
  const images = input('images', { dtype: 'float32', shape: [2, 3, 64, 64] });
  const [plain, fused] = [0, 1].map(() => recordingScope(network, { training: true }));
  assert.ok(plain !== undefined && fused !== undefined);
  const before = network.features(images, plain);
  const { features, featureMaps } = buildFeatures(network, images, fused);
  assert.deepEqual([...featureMaps.keys()], ['stage1', 'stage2', 'stage3', 'stage4']);
  assert.equal(featureMaps, fused.featureMaps);
  const all = (own: Value, scope: typeof plain) =>
    topologicalOrder([own, ...scope.featureMaps.values(), ...scope.bufferUpdates.values()]);
  const convolutions = (nodes: ReturnType<typeof all>) =>
    nodes.filter(({ operator, attributes }) => operator.name === 'Conv' && attributes.group === 1).length;
  assert.equal(convolutions(all(features, fused)), convolutions(all(before, plain)), 'none is there twice');
  // The first activation comes after the pooling.
  const relu = all(features, fused).find(({ operator }) => operator.name === 'Relu');
  assert.deepEqual(relu?.outputs[0]?.shape, [2, 64, 16, 16]);
});
