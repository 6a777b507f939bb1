import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { recipeSchema } from '../../test/helpers/golden-schemas.js';
import { type Recipe, tensorOf } from '../../test/helpers/lcg.js';
import { worstError } from '../../test/helpers/samples.js';
import { interpret } from '../graph/interpret.js';
import { input } from '../graph/value.js';
import { type MethodLossInputs, methodLoss } from '../training/method-loss.js';
import { hardPairs } from './core-tuning/hard-pairs.js';
import { coreTuning } from './core-tuning.js';

const golden = readGolden(
  'core-tuning',
  z.object({
    dimension: z.number(),
    classes: z.number(),
    trained: z.object({
      features: recipeSchema,
      'head.weight': recipeSchema,
      'head.bias': recipeSchema,
      'projection.0.weight': recipeSchema,
      'projection.0.bias': recipeSchema,
      'projection.2.weight': recipeSchema,
      'projection.2.bias': recipeSchema,
    }),
    noise: z.array(recipeSchema),
    cases: z.array(
      z.object({
        name: z.string(),
        labels: z.array(z.number()),
        options: z.record(z.string(), z.unknown()),
        taskLoss: z.number(),
        penalty: z.number(),
        gradients: z.record(z.string(), z.array(z.number())),
      }),
    ),
  }),
);

const { features, 'head.weight': weight, 'head.bias': bias, ...projection } = golden.trained;
const given: MethodLossInputs = {
  features: rows(features),
  labels: golden.cases[0]?.labels ?? [],
  classes: golden.classes,
  head: { weight: rows(weight), bias: [...tensorOf(bias).data] },
  noise: golden.noise.map((recipe) => tensorOf(recipe).data),
  state: Object.fromEntries(
    Object.entries(projection).map(([name, recipe]) => [name, tensorOf(recipe).data]),
  ),
};
const lossOf = (inputs: Partial<MethodLossInputs>, options: object = {}) =>
  methodLoss(coreTuning, {
    ...given,
    ...inputs,
    options: { dimension: golden.dimension, ...options },
  });

describe('both losses and all gradients agree with PyTorch', () => {
  for (const { name, labels, options, taskLoss, penalty, gradients } of golden.cases)
    test(name, () => {
      const result = lossOf({ labels }, options);
      assert.ok(
        worstError([result.taskLoss], [taskLoss]) < 1e-6,
        `task loss ${result.taskLoss} for ${taskLoss}`,
      );
      assert.ok(worstError([result.penalty], [penalty]) < 1e-6, `penalty ${result.penalty} for ${penalty}`);
      for (const [key, gradient] of Object.entries(gradients))
        assert.ok(worstError(result.gradients[key] ?? [], gradient) < 1e-6, key);
    });
});

describe('invariants', () => {
  test('a head of zeros knows nothing: the task loss is log K, and the penalty is what it was', () => {
    const { taskLoss, penalty } = lossOf({
      head: { weight: rows(weight).map((row) => row.map(() => 0)), bias: given.labels.map(() => 0) },
    });
    assert.ok(Math.abs(taskLoss - Math.log(golden.classes)) < 1e-12);
    assert.equal(penalty, lossOf({}).penalty);
  });

  test('n vectors at one point: log (n - 1), times 1 - 1 / (n - 1) if focal', () => {
    const inputs = { features: given.labels.map(() => [1, 2, 3, 0, 1, 2]) };
    const others = 3 * given.labels.length - 2; // One sample is alone in its class: 3 B - 1 vectors.
    const plain = lossOf(inputs, { focal: false }).penalty;
    assert.ok(Math.abs(plain - Math.log(others)) < 1e-9);
    assert.ok(Math.abs(lossOf(inputs).penalty - (1 - 1 / others) * plain) < 1e-9);
  });

  test('two vectors have only each other: no loss and no gradient', () => {
    const { penalty, gradients } = methodLoss(coreTuning, {
      features: given.features.slice(0, 2),
      labels: [0, 0],
      classes: 1,
      options: { focal: false },
    });
    assert.equal(penalty, 0);
    assert.ok(gradients.features.every((element) => Math.abs(element) < 1e-12));
  });

  test('at floor 1 semi-hard negatives are negatives, whatever the proportion drawn', () => {
    const drawn = (share: number) =>
      lossOf(
        { noise: given.noise?.with(2, new Float64Array(given.labels.length).fill(share)) ?? [] },
        { floor: 1 },
      );
    assert.deepEqual(drawn(0.1).gradients, drawn(0.9).gradients);
  });

  test('rotating the classes, and the head with them, changes nothing', () => {
    const shift = (label: number) => (label + 3) % golden.classes;
    const shifted = <T>(list: readonly T[]) => [...list.slice(-3), ...list.slice(0, -3)];
    const before = lossOf({});
    const after = lossOf({
      labels: given.labels.map(shift),
      head: { weight: shifted(rows(weight)), bias: shifted([...tensorOf(bias).data]) },
    });
    assert.ok(Math.abs(before.taskLoss - after.taskLoss) < 1e-12);
    assert.ok(worstError(after.gradients.features, before.gradients.features) < 1e-12);
  });

  for (const [name, labels] of [
    ['one class', given.labels.map(() => 0)],
    ['every class once', given.labels.map((_, i) => i)],
  ] as const)
    for (const zero of [false, true])
      test(`${name}${zero ? ', all features zero' : ''}: everything is finite`, () => {
        const inputs = zero ? { labels, features: labels.map(() => [0, 0, 0, 0, 0, 0]) } : { labels };
        const { taskLoss, penalty, gradients } = lossOf(inputs, { tau: 1e-3 });
        assert.ok([taskLoss, penalty].every(Number.isFinite));
        assert.ok(Object.values(gradients).every((values) => values.every(Number.isFinite)));
      });
});

test('of equal cosines the first counts, a sample alone has no hard positive, and rows are mixes', () => {
  const feed = (name: string, shape: readonly number[], dtype: 'float32' | 'int32' = 'float32') =>
    input(name, { dtype, shape });
  const { mixing, valid } = hardPairs(
    feed('features', [5, 2]),
    feed('labels', [5], 'int32'),
    {
      positiveShare: feed('positiveShare', [5, 1]),
      choice: feed('choice', [5, 5]),
      negativeShare: feed('negativeShare', [5, 1]),
    },
    0.5,
  );
  const [matrix, present] = interpret(
    [mixing, valid],
    new Map([
      ['features', Float64Array.of(1, 0, 1, 0, 1, 0, 0, 1, 0, 1)],
      ['labels', Float64Array.of(0, 0, 0, 1, 2)],
      ['positiveShare', new Float64Array(5).fill(0.25)],
      ['choice', new Float64Array(25)],
      ['negativeShare', Float64Array.of(0, 0.75, 0.75, 0.75, 0.75)],
    ]),
  );
  const expected = [
    [0, 0.25, 0, 0.75, 0],
    [0.25, 0, 0, 0.75, 0],
    [0.25, 0, 0, 0.75, 0],
    [0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0],
    [0.5, 0, 0, 0.5, 0],
    [0, 0.25, 0, 0.75, 0],
    [0, 0, 0.25, 0.75, 0],
    [0.75, 0, 0, 0.25, 0],
    [0.75, 0, 0, 0, 0.25],
  ];
  assert.deepEqual([...(matrix ?? [])], expected.flat());
  assert.deepEqual([...(present ?? [])], [1, 1, 1, 0, 0, 1, 1, 1, 1, 1]);
});

function rows(recipe: Recipe): number[][] {
  const { shape, data } = tensorOf(recipe);
  const [count = 0, width = 0] = shape;
  return Array.from({ length: count }, (_, i) => [...data.subarray(i * width, (i + 1) * width)]);
}
