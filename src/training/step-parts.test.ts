import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sgd } from '../optimizers/sgd.js';
import { StepParts } from './step-parts.js';

test("an optimizer's scalars are those of each step; one that is missing later is a bug", () => {
  const parts = new StepParts();
  const optimizer = { ...sgd(), scalars: (step: number) => (step < 3 ? { bias: 1 / step } : { bais: 0 }) };
  parts.addOptimizer('own', optimizer, () => 0.1);
  const bias = parts.scalars.get('own.bias');
  assert.equal(bias?.({ update: 1, totalUpdates: 9 }), 0.5);
  assert.throws(() => bias?.({ update: 2, totalUpdates: 9 }), /sgd has no bias at step 3/);
});
