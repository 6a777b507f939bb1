import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { recipeSchema, trainingSchema } from '../../test/helpers/golden-schemas.js';
import { dotWithSigns, tensorOf } from '../../test/helpers/lcg.js';
import { worstError } from '../../test/helpers/samples.js';
import { assertNorms, resNet20, trainNetwork } from '../../test/helpers/training-run.js';
import { at } from '../errors.js';
import { float32, int32, type Tensor, type Tensors } from '../graph/tensor.js';
import { coTuning } from '../methods/co-tuning.js';
import { coreTuning } from '../methods/core-tuning.js';
import { delta } from '../methods/delta.js';
import { drTune } from '../methods/dr-tune.js';
import type { Method } from '../methods/method.js';
import { sgd } from '../optimizers/sgd.js';

const numbers = z.array(z.number());
const tensorsSchema = z.record(z.string(), z.union([recipeSchema, numbers]));

/** `twenty-*.json` */
const schema = trainingSchema.extend({
  lambda: z.number(),
  options: z.unknown(),
  /** What the method would have computed before training, by the method's names. */
  prepared: tensorsSchema,
  /** What it would have drawn, by the state's names. */
  initial: tensorsSchema,
  noise: z.array(z.array(recipeSchema)),
  batchesPerEpoch: z.number(),
  labels: z.array(numbers),
  optimizer: z.object({ lr: z.number(), weight_decay: z.number(), backbone_rate: z.number() }),
  taskLosses: numbers,
  penalties: numbers,
  signs: z.number(),
  /** Norms of the method's own tensors after some steps, and their dot products with random signs. */
  states: z.array(z.object({ name: z.string(), step: z.number(), norm: z.number(), dot: z.number() })),
});

test('Core-tuning follows PyTorch, its projection head too', () => assertFollows('core-tuning', coreTuning));
test('DELTA with attention follows PyTorch', () => assertFollows('delta', delta));
test('DELTA on plain maps follows PyTorch', () => assertFollows('delta-maps', delta));
test('DR-Tune follows PyTorch through six rotations, its banks too', () => assertFollows('dr-tune', drTune));
test('Co-Tuning follows PyTorch, its pretrained head too', () => assertFollows('co-tuning', coTuning));

/**
 * Twenty steps of ResNet-20. Measured: within 1e-6 of PyTorch's float64 in all that is compared, as PyTorch's own
 * float32 is; only the plain maps' sum of a quarter of a million squares has 7e-6.
 */
async function assertFollows(name: string, method: Method): Promise<void> {
  const golden = readGolden(`twenty-${name}`, schema);
  const { lr, weight_decay, backbone_rate } = golden.optimizer;
  const initial = tensorsOf(golden.initial);
  const [weight, bias] = [initial.get('pretrained_head.weight'), initial.get('pretrained_head.bias')];
  const run = await trainNetwork(resNet20, golden, {
    method: method.bind(golden.options),
    lambda: golden.lambda,
    prepared: preparedOf(golden.prepared),
    ...(weight && bias && { pretrainedHead: { weight, bias, classes: [] } }),
    optimizer: sgd(),
    learningRate: lr,
    weightDecay: weight_decay,
    backboneRate: backbone_rate,
    labels: golden.labels,
    noise: golden.noise.map((draws) => draws.map(tensorOf)),
    initial,
    batchesPerEpoch: golden.batchesPerEpoch,
    keep: golden.states.map(({ name }) => name),
  });
  for (const [series, expected] of [
    ['loss', golden.losses],
    ['task_loss', golden.taskLosses],
    ['penalty', golden.penalties],
  ] as const)
    expected.forEach((value, step) => {
      const error = worstError([at(run.series(series), step)], [value]);
      assert.ok(error < 1e-4, `${series} of step ${step}: relative error ${error}`);
    });
  assertNorms(golden, run);
  for (const { name, step, norm, dot } of golden.states) {
    const data = at(run.history(name), step);
    assert.ok(Math.abs(Math.hypot(...data) - norm) < 1e-4 * norm, `norm of ${name} after step ${step}`);
    const error = Math.abs(dotWithSigns(data, golden.signs) - dot);
    assert.ok(error < 1e-4 * norm, `elements of ${name} after step ${step}`);
  }
}

/** The classes in DR-Tune's bank are integers. */
function preparedOf(given: z.infer<typeof tensorsSchema>): Tensors {
  const { labels, ...tensors } = given;
  return {
    ...Object.fromEntries(tensorsOf(tensors)),
    ...(Array.isArray(labels) && { labels: int32([labels.length], labels) }),
  };
}

function tensorsOf(given: z.infer<typeof tensorsSchema>): Map<string, Tensor<'float32'>> {
  return new Map(
    Object.entries(given).map(([name, tensor]) => [
      name,
      Array.isArray(tensor) ? float32([tensor.length], tensor) : tensorOf(tensor),
    ]),
  );
}
