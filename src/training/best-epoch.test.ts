import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBetter } from './best-epoch.js';

const best = { epoch: 1, accuracy: 0.8, balancedAccuracy: 0.6, loss: 0.5 };

test('each criterion looks at its own figure', () => {
  const other = { epoch: 2, accuracy: 0.7, balancedAccuracy: 0.65, loss: 0.6 };
  assert.ok(!isBetter(other, best, 'accuracy'));
  assert.ok(isBetter(other, best, 'balanced-accuracy'));
  assert.ok(!isBetter(other, best, 'loss'));
  assert.ok(isBetter({ ...other, loss: 0.4 }, best, 'loss'));
});

test('of equals by an accuracy, the lower loss decides, then the earlier epoch', () => {
  for (const by of ['accuracy', 'balanced-accuracy'] as const) {
    assert.ok(isBetter({ ...best, epoch: 2, loss: 0.4 }, best, by));
    assert.ok(!isBetter({ ...best, epoch: 2 }, best, by));
  }
  assert.ok(!isBetter({ ...best, epoch: 2 }, best, 'loss'));
  assert.ok(isBetter(best, undefined, 'loss'));
});
