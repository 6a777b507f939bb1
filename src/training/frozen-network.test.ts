import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyNetwork } from '../../test/helpers/tiny-network.js';
import { at } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { mul } from '../graph/ops.js';
import { input } from '../graph/value.js';
import { frozenNetwork, frozenTensors } from './frozen-network.js';

const tiny = tinyNetwork(5);
const network = frozenNetwork(tiny);
const images = input('images', { dtype: 'float32', shape: [2, 3, 8, 8] });

test('features follow from a feature map that is put in the place of the own one', () => {
  const { features, featureMaps } = network.features(images);
  const map = featureMaps.get('stage1');
  assert.ok(map !== undefined);
  const feeds = new Map([
    ...[...frozenTensors(tiny)].map(([name, { data }]) => [name, Float64Array.from(data, Number)] as const),
    ['images', Float64Array.from({ length: 2 * 3 * 64 }, (_, i) => Math.sin(i))] as const,
  ]);
  const own = network.featuresFrom('stage1', map, images);
  const none = network.featuresFrom('stage1', mul(map, 0), images);
  const [before = [], same = [], other = []] = interpret([features, own, none], feeds);
  assert.deepEqual(same, before);
  assert.notDeepEqual(other, before);
  // Without its images, both rows are alike.
  assert.equal(at(other, 0), at(other, 5));
});

test('a feature map that it has not is named, with those that it has', () => {
  assert.throws(() => network.featuresFrom('stage3', images, images), {
    code: 'method.feature-map',
    message: 'tiny has no feature map stage3. Did you mean "stage1"?',
    hint: 'Its feature maps are stage1, stage2.',
  });
});
