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

test('what is measured of whole splits has charts of its own, curves that are equal, too', () => {
  const measured = [0, 1, 2].map((epoch) => ({
    epoch,
    metrics: {
      val_accuracy: 1,
      train_eval_accuracy: 1,
      norm_of_mean_feature: epoch === 0 ? undefined : 5 - epoch,
      train_norm_of_mean_feature: 6,
      val_norm_of_mean_feature: 6,
      train_entropy: -3 - epoch,
      val_ece: 0.25,
      val_ece_calibrated: 0.125,
    },
  }));
  assert.deepEqual(
    curvesOf(measured, 1).map(({ title, series }) => [
      title,
      ...series.map(({ name, x, y }) => [name, x, y]),
    ]),
    [
      [
        'Accuracy',
        ['validation', [0, 1, 2], [100, 100, 100]],
        ['training, evaluated', [0, 1, 2], [100, 100, 100]],
      ],
      [
        'Norm of the mean feature',
        ['batches', [1, 2], [4, 3]],
        ['training', [0, 1, 2], [6, 6, 6]],
        ['validation', [0, 1, 2], [6, 6, 6]],
      ],
      ['Entropy of the features', ['training', [0, 1, 2], [-3, -4, -5]]],
      [
        'Calibration error',
        ['validation', [0, 1, 2], [25, 25, 25]],
        ['validation, calibrated', [0, 1, 2], [12.5, 12.5, 12.5]],
      ],
    ],
  );
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
