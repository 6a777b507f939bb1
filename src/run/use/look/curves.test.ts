import assert from 'node:assert/strict';
import { test } from 'node:test';
import { curvesOf, keptEpoch } from './curves.js';

const epochs = [
  { epoch: 0, metrics: { best: true, val_accuracy: 0.5, val_loss: 2 } },
  {
    epoch: 1,
    metrics: {
      best: true,
      accuracy: 0.6,
      val_accuracy: 0.7,
      val_loss: 1,
      loss: 1.5,
      task_loss: 1.25,
      penalty: 4,
    },
  },
  {
    epoch: 2,
    metrics: {
      best: false,
      accuracy: 0.9,
      val_accuracy: 0.6,
      val_loss: 1.5,
      loss: 0.5,
      task_loss: 0.25,
      penalty: 2,
    },
  },
];

test('losses, accuracies in percent and the penalty, over the epochs, with probe and kept epoch', () => {
  assert.equal(keptEpoch(epochs), 1);
  const charts = curvesOf(epochs, 1);
  assert.deepEqual(
    charts.map(({ title, series }) => [title, ...series.map(({ name, x, y }) => [name, x, y])]),
    [
      [
        'Loss',
        ['training', [1, 2], [1.25, 0.25]],
        ['with penalty', [1, 2], [1.5, 0.5]],
        ['validation', [0, 1, 2], [2, 1, 1.5]],
      ],
      ['Accuracy', ['training', [1, 2], [60, 90]], ['validation', [0, 1, 2], [50, 70, 60]]],
      ['Penalty, before its weight', ['penalty', [1, 2], [4, 2]]],
    ],
  );
  assert.deepEqual(charts[0]?.marks, [
    { x: 0, name: 'probe' },
    { x: 1, name: 'kept' },
  ]);
  assert.deepEqual(curvesOf(epochs, 0)[0]?.marks, [{ x: 0, name: 'probe, kept' }]);
});

test('without a penalty or validation there is less', () => {
  const plain = [1, 2].map((epoch) => ({
    epoch,
    metrics: { accuracy: 0.5, loss: epoch, task_loss: epoch, penalty: 0 },
  }));
  assert.deepEqual(
    curvesOf(plain, undefined).map(({ title, series, marks }) => [
      title,
      series.map(({ name }) => name),
      marks,
    ]),
    [
      ['Loss', ['training'], []],
      ['Accuracy', ['training'], []],
    ],
  );
  assert.deepEqual(curvesOf([], undefined), []);
});
