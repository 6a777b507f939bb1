import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrayPrepareTools } from '../../../test/helpers/prepare-tools.js';
import { interpret } from '../../graph/interpret.js';
import { input } from '../../graph/value.js';
import { enqueue, fillBank } from './feature-bank.js';

const labels = [0, 1, 2, 0, 1];
const tools = (seed: number) =>
  arrayPrepareTools({
    classes: 3,
    seed,
    train: { features: labels.map((label, i) => [i, 10 * label]), labels },
  });

test('a bank holds every image before any comes again, each with its label, in an order of the seed', async () => {
  const { features, labels: kept } = await fillBank(tools(0), 12);
  assert.deepEqual(features.shape, [12, 2]);
  const images = Array.from({ length: 12 }, (_, k) => features.data[2 * k] ?? -1);
  assert.deepEqual([...images.slice(0, 5)].sort(), [0, 1, 2, 3, 4]);
  assert.deepEqual(images.slice(5, 10), images.slice(0, 5));
  images.forEach((image, k) => {
    assert.equal(kept.data[k], labels[image]);
    assert.equal(features.data[2 * k + 1], 10 * (labels[image] ?? 0));
  });
  assert.deepEqual(await fillBank(tools(0), 12), { features, labels: kept });
  const orders = await Promise.all([1, 2, 3].map((seed) => fillBank(tools(seed), 5)));
  assert.ok(orders.some((bank) => bank.labels.data.some((label, k) => label !== kept.data[k])));
});

test('first in, first out', () => {
  const after = (bank: readonly number[], batch: readonly number[]) =>
    interpret(
      [
        enqueue(
          input('bank', { dtype: 'float32', shape: [bank.length] }),
          input('batch', { dtype: 'float32', shape: [batch.length] }),
        ),
      ],
      new Map([
        ['bank', Float64Array.from(bank)],
        ['batch', Float64Array.from(batch)],
      ]),
    )[0];
  assert.deepEqual(after([1, 2, 3, 4, 5], [6, 7]), Float64Array.of(3, 4, 5, 6, 7));
  assert.deepEqual(after([1, 2], [3, 4]), Float64Array.of(3, 4));
});
