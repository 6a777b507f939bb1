import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { Tensors } from './graph/index.js';
import * as graph from './graph/index.js';
import {
  bound,
  defineMethod,
  type EpochCallback,
  methodLoss,
  type Predictions,
  type PretrainedStatistics,
  type ReadTensor,
  type SourceBatch,
  type SourceSamplerContext,
} from './index.js';
import { mean } from './nn/functional.js';
import * as optimizers from './optimizers/index.js';

const sourceMean = ({ features }: SourceBatch) => mean(features);
const inOrder = ({ targets }: SourceSamplerContext) => targets.map((_, i) => i);
const counted = (_: ReadTensor, { labels }: Predictions): Tensors => ({
  seen: graph.float32([], [labels.length]),
});
const afterEach: EpochCallback = { epochs: 1, run: counted };

test("what a method's author writes is typed by what the package exports", () => {
  const method = defineMethod({
    name: 'mine',
    title: 'The mean of the source features, around the pretrained mean',
    paper: 'a test',
    formula: 'mean s - mean mu',
    options: z.strictObject({}),
    defaultLambda: 1,
    lambdaUnit: 'none',
    bind: () =>
      bound({
        needs: ['sourceBatch', 'featureStatistics'],
        sourceSampler: inOrder,
        epochCallback: afterEach,
        loss({ sourceBatch, featureStatistics }, { state }) {
          state('seen', graph.float32([], [0]));
          const overall = graph.constant(featureStatistics.mean);
          return { penalty: graph.sub(sourceMean(sourceBatch), mean(overall)) };
        },
      }),
  });
  const one = { mean: graph.float32([1, 2], [1, 1]), std: graph.float32([1, 2], [1, 1]) };
  const overall = { mean: graph.float32([2], [1, 3]), std: graph.float32([2], [1, 1]) };
  const statistics: PretrainedStatistics = { perClass: one, overall, meanSquare: 1 };
  const { penalty } = methodLoss(method, {
    features: [[0, 0]],
    labels: [0],
    classes: 1,
    statistics,
    sourceBatch: { features: [[5, 7]], labels: [0], classes: 1 },
  });
  assert.equal(penalty, 6 - 2);
});

test('the entry of optimizers has each update rule and schedule', () => {
  for (const [name, make] of Object.entries(optimizers.optimizers)) assert.equal(make().name, name);
  for (const make of [optimizers.sgd, optimizers.adam, optimizers.adamw]) assert.ok(make().update);
  const { constant, cosine, cosine716, multiStep, warmUp } = optimizers;
  const schedules: readonly optimizers.Schedule[] = [
    constant,
    cosine,
    cosine716,
    multiStep(),
    warmUp(cosine, 2),
  ];
  for (const schedule of schedules) assert.ok(schedule(1, 4) <= 1);
});
