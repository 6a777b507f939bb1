import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeEpoch, hasDiverged, lossText } from './describe-epoch.js';

test('a loss is short, however large it is', () => {
  assert.equal(lossText(0.20349), '0.203');
  assert.equal(lossText(36543.919), '36543.919');
  assert.equal(lossText(2.2174209859288582e33), '2.22e+33');
  const metrics = { loss: 2.2174209859288582e33, accuracy: 0.3 };
  const line = describeEpoch({ epoch: 1, epochs: 2, best: false, metrics }, false);
  assert.equal(line, 'epoch 1/2  loss 2.22e+33  train 30.0 %');
});

test('training has diverged where the task loss, whatever the penalty, is beyond that of any classifier', () => {
  assert.ok(hasDiverged({ metrics: { loss: 2e33, task_loss: 2e33 } }));
  assert.ok(!hasDiverged({ metrics: { loss: 2e33, task_loss: 12 } }));
  assert.ok(!hasDiverged({ metrics: { val_accuracy: 0.5 } }));
});
