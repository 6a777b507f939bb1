import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fittingBatch, memoryRemark } from './fitting-batch.js';

/** 1 GB, and 0.1 GB for each image. */
const memory = (limit: number | undefined) => ({
  bytesOf: (images: number) => 1e9 + 1e8 * images,
  limit,
});

test('a batch is halved until its step takes three quarters of the memory at most', () => {
  assert.equal(fittingBatch(32, memory(undefined)), 32);
  assert.equal(fittingBatch(32, memory(5.6e9)), 32);
  assert.equal(fittingBatch(32, memory(5.5e9)), 16);
  assert.equal(fittingBatch(32, memory(2.6e9)), 8);
  assert.equal(fittingBatch(50, memory(3e9)), 12);
  assert.equal(fittingBatch(32, memory(1e9)), 1);
});

test('a smaller batch is explained, with how to get updates of as many images', () => {
  const batch = { given: undefined, standard: 32, accumulate: 1 };
  assert.equal(memoryRemark(batch, memory(5.6e9)), undefined);
  assert.equal(memoryRemark(batch, memory(undefined)), undefined);
  assert.equal(
    memoryRemark(batch, memory(2.6e9)),
    'a batch has 8 images, not 32: by an estimate, a step of 32 takes 4.2 GB of memory, and there are 2.6 GB; ' +
      'with --accumulate 4, an update is of as many',
  );
});

test('a batch that was given stays, and what would fit is named', () => {
  const batch = { given: 64, standard: 32, accumulate: 2 };
  assert.equal(
    memoryRemark(batch, memory(4e9)),
    '--batch-size 64 may be too much: by an estimate, a step of 64 takes 7.4 GB of memory, and there are 4.0 GB; ' +
      '--batch-size 16 --accumulate 8 takes 2.6 GB',
  );
  const one = { given: 1, standard: 32, accumulate: 1 };
  assert.match(memoryRemark(one, memory(1e9)) ?? '', /and there are 1\.0 GB$/);
});
