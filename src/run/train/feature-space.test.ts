import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Position, start } from '../../training/checkpoint.js';
import { parseKeptEpochs } from '../options/kept-epochs.js';
import { featureBytes } from './feature-space.js';

const images = { train: 10, val: 5, test: 3 };
const bytes = (typed: string, position: Position, epochsLeft: number) =>
  featureBytes({ epochs: parseKeptEpochs(typed), featureSize: 7, images }, position, epochsLeft);
const row = 4 * (7 + 1);

test('features take a row for each image of an epoch that is still to come, and of the test', () => {
  const after = (epoch: number): Position => ({ epoch, batch: 0, sums: {}, best: undefined });
  assert.equal(bytes('0,2,last', start(), 4), row * (3 * 15 + 3));
  assert.equal(bytes('all', start(), 4), row * (5 * 15 + 3));
  assert.equal(bytes('0,2,last', after(1), 3), row * (2 * 15 + 3));
  assert.equal(bytes('0,2', after(2), 2), row * 3, 'those that are over are written');
  assert.equal(bytes('last', start(), 0), row * (15 + 3), 'of a linear probe');
});
