import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { recipeSchema } from '../../test/helpers/golden-schemas.js';
import { type Recipe, tensorOf } from '../../test/helpers/lcg.js';
import { arrayPrepareTools, type PrepareArrays } from '../../test/helpers/prepare-tools.js';
import { readFrom } from '../../test/helpers/read-tensor.js';
import { worstError } from '../../test/helpers/samples.js';
import { float32 } from '../graph/tensor.js';
import { type MethodLossInputs, methodLoss } from '../training/method-loss.js';
import { coTuning } from './co-tuning.js';

const matrix = z.array(z.array(z.number()));
const golden = readGolden(
  'co-tuning',
  z.object({
    classes: z.number(),
    inputs: z.object({
      train: recipeSchema,
      val: recipeSchema,
      weight: recipeSchema,
      bias: recipeSchema,
      pretrainedLogits: recipeSchema,
    }),
    labels: z.object({ train: z.array(z.number()), val: z.array(z.number()) }),
    relationships: z.array(z.object({ relationship: z.string(), tau: z.number(), matrix })),
    penalty: z.object({ labels: z.array(z.number()), matrix, penalty: z.number(), gradient: matrix }),
  }),
);
const { classes, inputs } = golden;
const given: PrepareArrays = {
  classes,
  train: { features: rows(inputs.train), labels: golden.labels.train },
  val: { features: rows(inputs.val), labels: golden.labels.val },
  pretrainedHead: { weight: rows(inputs.weight), bias: [...tensorOf(inputs.bias).data] },
};

const relationshipOf = async (tools: Partial<PrepareArrays>, options: object = {}) => {
  const prepared = await coTuning.bind(options).prepare?.(arrayPrepareTools({ ...given, ...tools }));
  return readFrom(prepared ?? {})('relationship');
};

describe('the relationship agrees with NumPy and scikit-learn', () => {
  for (const { matrix, ...options } of golden.relationships)
    test(`${options.relationship}, tau ${options.tau}`, async () => {
      const { shape, data } = await relationshipOf({}, options);
      assert.deepEqual(shape, [classes, inputs.bias.shape[0]]);
      const tolerance = options.relationship === 'direct' ? 1e-6 : 1e-5;
      assert.ok(worstError(data, matrix.flat()) < tolerance, `${worstError(data, matrix.flat())}`);
    });

  test('without validation images it is another one, of distributions again', async () => {
    const [alone, together] = [
      await relationshipOf({ val: { features: [], labels: [] } }),
      await relationshipOf({}),
    ];
    assert.notDeepEqual(alone, together);
    for (let k = 0; k < classes; k++)
      assert.ok(Math.abs(alone.data.subarray(6 * k, 6 * k + 6).reduce((sum, p) => sum + p, 0) - 1) < 1e-6);
  });

  test('the reverse is what is learned unless said', async () => {
    const [expected, actual] = [
      await relationshipOf({}, { relationship: 'reverse', tau: 1 }),
      await relationshipOf({}),
    ];
    assert.deepEqual(actual, expected);
  });
});

describe('the penalty', () => {
  const { labels, penalty, gradient } = golden.penalty;
  const lossOf = (more: Partial<MethodLossInputs> = {}) =>
    methodLoss(coTuning, {
      features: labels.map(() => [0]),
      labels,
      classes,
      pretrainedLogits: rows(inputs.pretrainedLogits),
      prepared: { relationship: float32([classes, 6], golden.penalty.matrix.flat()) },
      ...more,
    });

  test('and its gradient agree with PyTorch', () => {
    const result = lossOf();
    // The matrix is stored in single precision.
    assert.ok(Math.abs(result.penalty - penalty) < 1e-7 * penalty);
    assert.ok(worstError(result.gradients.pretrainedLogits ?? [], gradient.flat()) < 1e-6);
    assert.ok(result.gradients.features.every((gradient) => gradient === 0));
  });

  test('has gradients that sum to 0 over the source classes', () => {
    const toLogits = lossOf().gradients.pretrainedLogits ?? new Float64Array();
    for (let i = 0; i < labels.length; i++)
      assert.ok(
        Math.abs(toLogits.subarray(6 * i, 6 * i + 6).reduce((sum, gradient) => sum + gradient, 0)) < 1e-7,
      );
  });

  test('is at its lowest, the entropy of Q, where the source classifier says Q', () => {
    const q = golden.penalty.matrix;
    const logits = labels.map((label) => (q[label] ?? []).map(Math.log));
    const entropy = labels.reduce(
      (sum, label) => sum - (q[label] ?? []).reduce((h, p) => h + p * Math.log(p), 0) / labels.length,
      0,
    );
    const result = lossOf({ pretrainedLogits: logits });
    assert.ok(Math.abs(result.penalty - entropy) < 1e-6);
    assert.ok(result.gradients.pretrainedLogits?.every((gradient) => Math.abs(gradient) < 1e-7));
    assert.ok(lossOf().penalty > result.penalty);
  });

  test('does not overflow on huge logits', () => {
    const { penalty, gradients } = lossOf({
      pretrainedLogits: labels.map((_, i) => [1e4 * i, -1e4, 0, 0, 0, 1e4]),
    });
    assert.ok(Number.isFinite(penalty) && gradients.pretrainedLogits?.every(Number.isFinite));
  });
});

function rows(recipe: Recipe): number[][] {
  const { shape, data } = tensorOf(recipe);
  const [count = 0, width = 0] = shape;
  return Array.from({ length: count }, (_, i) => [...data.subarray(i * width, (i + 1) * width)]);
}
