import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { adarandTrainingSchema, trainingSchema } from '../../test/helpers/golden-schemas.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { worstError } from '../../test/helpers/samples.js';
import {
  assertNorms,
  resNet18,
  resNet20,
  type TrainingOptions,
  type TrainingRun,
  trainNetwork,
} from '../../test/helpers/training-run.js';
import { at } from '../errors.js';
import { zeros } from '../graph/tensor.js';
import { adarand } from '../methods/adarand.js';
import { adamw } from '../optimizers/adam.js';
import { sgd } from '../optimizers/sgd.js';

type Golden = z.infer<typeof trainingSchema>;

test('fifty steps of ResNet-20 with SGD and Nesterov momentum follow PyTorch', async () => {
  const golden = readGolden('training-sgd', trainingSchema);
  assert.equal(golden.optimizer.name, 'sgd');
  const run = await train(golden, { optimizer: sgd(), learningRate: golden.optimizer.lr });
  assertFollows(golden, run);
});

test('fifty steps of ResNet-20 with AdamW follow PyTorch', async () => {
  const golden = readGolden('training-adamw', trainingSchema);
  assert.ok(golden.optimizer.name === 'adamw');
  const run = await train(golden, {
    optimizer: adamw(),
    learningRate: golden.optimizer.lr,
    weightDecay: golden.optimizer.weight_decay,
  });
  assertFollows(golden, run);
});

test('fifty steps of ResNet-20 with AdaRand follow PyTorch: losses, penalties, priors', async () => {
  const golden = readGolden('training-adarand', adarandTrainingSchema);
  const statistics = {
    perClass: { mean: tensorOf(golden.mean), std: tensorOf(golden.std) },
    overall: { mean: zeros('float32', [64]), std: zeros('float32', [64]) },
    meanSquare: 1,
  };
  const run = await train(golden, {
    optimizer: sgd(),
    learningRate: golden.optimizer.lr,
    method: adarand.bind(),
    lambda: golden.adarand.lambda,
    statistics,
    noise: golden.featureNoise.map((recipe) => [tensorOf(recipe)]),
    keep: ['method.mean', 'method.runningMean'],
  });
  assertFollows(golden, run);
  assert.ok(worstError(run.series('penalty'), golden.penalties) < 1e-4);
  assert.ok(worstError(run.series('method.objective'), golden.objectives) < 1e-4);
  for (const { step, mean, running } of golden.states) {
    const priors = at(run.history('method.mean'), step - 1);
    const averages = at(run.history('method.runningMean'), step - 1);
    assert.ok(worstError(priors, mean.flat()) < 1e-4, `mean at step ${step}`);
    assert.ok(worstError(averages, running.flat()) < 1e-4, `running mean at step ${step}`);
  }
});

test('fifty steps of ResNet-18, with ReLU, stay within 1e-3 of PyTorch in double precision', async () => {
  const golden = readGolden('training-resnet18', trainingSchema);
  const labels = golden.imageNoise.map(() => golden.labels);
  const run = await trainNetwork(resNet18, golden, {
    labels,
    optimizer: sgd(),
    learningRate: golden.optimizer.lr,
  });
  const error = worstError(run.series('task_loss'), golden.losses);
  assert.ok(error < 1e-3, `losses differ by ${error}`);
  assertNorms(golden, run, 1e-3);
});

function train(golden: Golden, options: Omit<TrainingOptions, 'labels'>): Promise<TrainingRun> {
  return trainNetwork(resNet20, golden, { labels: golden.imageNoise.map(() => golden.labels), ...options });
}

function assertFollows(golden: Golden, run: TrainingRun): void {
  // Measured: about 1e-6; PyTorch's own float32 differs from float64 by as much.
  assert.ok(worstError(run.series('task_loss'), golden.losses) < 1e-4, 'losses');
  assertNorms(golden, run);
}
