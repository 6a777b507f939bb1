import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageFolder } from '../../src/package.js';
import type { RunSummary } from '../../src/run/folder/record.js';
import { someMachine } from '../../test/helpers/machine.js';
import { replaceBlock } from '../docs/block.js';
import { comparisonBlock } from './comparison-block.js';
import { comparisons } from './comparisons.js';

const summary: RunSummary = {
  run: 'runs/x',
  test_accuracy: 0.9,
  test_interval: [0.8, 1],
  test_balanced_accuracy: 0.9,
  test_loss: 0.1,
  test_images: 200,
  diagnostics: null,
  tta: 'none',
  val_accuracy: 0.9,
  val_balanced_accuracy: 0.9,
  val_loss: 0.1,
  val_images: 60,
  train_images: 600,
  imbalance: 1,
  probe_val_accuracy: null,
  test_classes: 3,
  val_classes: 3,
  choose_by: 'accuracy',
  best_epoch: 1,
  epochs: 2,
  steps: 36,
  seconds_per_epoch: 1,
  peak_memory_bytes: 1,
  profile: null,
  parameters: 1,
  classes: 12,
  model: 'm',
  method: 'fine-tuning',
  lambda: 0,
  lambda_unit: 'relative',
  effective_lambda: 0,
  lambda_scales: { features: 1, trainingTime: 1 },
  feature_mean_square: null,
  learning_rate: 0.01,
  batch_size: 32,
  image_size: 32,
  seed: 0,
};

const runs = (...accuracies: number[]) => accuracies.map((test_accuracy) => ({ ...summary, test_accuracy }));

test('a table for each dataset, with differences to the first method, and what it was measured on', () => {
  const block = comparisonBlock(
    [
      {
        name: 'flowers12',
        methods: [
          { title: 'fine-tuning', factor: undefined, runs: runs(0.88, 0.9) },
          { title: 'adarand', factor: 0.1, runs: runs(0.89, 0.91) },
          { title: 'fnp', factor: 1, runs: runs(0.88, 0.9) },
          { title: 'bss', factor: 1, runs: runs(0.88001, 0.89996) },
        ],
      },
    ],
    someMachine,
    '2026-11-27',
  );
  assert.equal(
    block,
    `flowers12 (600 training, 60 validation and 200 test images, 12 classes; 2 seeds):

| method      | factor on lambda | test accuracy, % | per seed  | difference to fine-tuning, 95 % interval |
| ----------- | ---------------: | ---------------: | --------- | ---------------------------------------- |
| fine-tuning |                  |     89.00 ± 1.41 | 88.0 90.0 |                                          |
| adarand     |              0.1 |     90.00 ± 1.41 | 89.0 91.0 | +1.00 (+1.00 to +1.00)                   |
| fnp         |                1 |     89.00 ± 1.41 | 88.0 90.0 | 0.00                                     |
| bss         |                1 |     89.00 ± 1.41 | 88.0 90.0 | 0.00 (-0.03 to +0.03)                    |

Measured on 2026-11-27, on 2 cores of Some CPU, with Node 20.20.0, onnxruntime-node 1.30.0 and adarand 0.1.0.`,
  );
});

test('docs/results.md has a block for each comparison', async () => {
  const page = await readFile(join(packageFolder(), 'docs/results.md'), 'utf8');
  for (const name of Object.keys(comparisons))
    assert.match(replaceBlock(page, name, `new ${name}`), new RegExp(`new ${name}`));
});
