import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageCounts } from './image-counts.js';

test('images of each share are counted on the first seed; of all images, nothing is said', () => {
  const split = (fraction: number, seed: number, train: number) => ({
    ...{ dataset: 'photos', seed, fraction, train, val: 20, test: 10, fingerprint: '' },
  });
  const splits = [split(0.25, 3, 45), split(1, 3, 180), split(0.25, 4, 46), split(1, 4, 181)];
  const data = [{ name: 'photos', path: '/photos' }];
  assert.deepEqual(imageCounts(splits, { data, fractions: [0.25, 1], seeds: [3, 4] }), [
    'photos: 45 training images at 25 %, 180 training images at 100 %; 20 validation images at each',
  ]);
  assert.deepEqual(imageCounts(splits, { data, fractions: [1], seeds: [3, 4] }), []);
});
