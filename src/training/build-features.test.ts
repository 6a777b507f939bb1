import assert from 'node:assert/strict';
import { test } from 'node:test';
import { input, topologicalOrder, type Value } from '../graph/value.js';
import { backboneNamed } from '../nn/registry.js';
import { recordingScope } from '../nn/scope.js';
import { buildFeatures } from './build-features.js';

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
