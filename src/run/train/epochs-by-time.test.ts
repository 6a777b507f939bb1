import assert from 'node:assert/strict';
import { test } from 'node:test';
import { affordable, planOf } from './epochs-by-time.js';

test('an epoch is its steps, its validation, predictions of a method and checkpoints; validation and test are around', () => {
  const pace = { step: 0.5, evaluation: 0.25, diagnosis: 0 };
  const batches = { train: 10, val: 3, test: 8, predicted: 1, diagnosed: 0, kept: 0 };
  assert.deepEqual(planOf(pace, 2, batches), { epoch: 5 + 1 + 2, around: 2.75 });
  assert.equal(planOf(pace, 2, { ...batches, kept: 4 }).around, 3.75);
  const diagnosed = planOf({ ...pace, diagnosis: 0.5 }, 2, { ...batches, diagnosed: 6 });
  assert.deepEqual(diagnosed, { epoch: 8 + 1.5 + 0.5, around: 2.75 + 2 });
});

test('a twentieth of the time is kept in reserve, and epochs are whole', () => {
  assert.equal(affordable(100, { epoch: 10, around: 5 }), 9);
  assert.equal(affordable(100, { epoch: 10, around: 5.1 }), 8);
  assert.equal(affordable(10, { epoch: 10, around: 0 }), 0);
  assert.equal(affordable(10, { epoch: 1, around: 50 }), 0);
});
