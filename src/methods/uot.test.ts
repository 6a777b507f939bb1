import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { recipeSchema } from '../../test/helpers/golden-schemas.js';
import { type Recipe, tensorOf } from '../../test/helpers/lcg.js';
import { arrayPrepareTools } from '../../test/helpers/prepare-tools.js';
import { readFrom } from '../../test/helpers/read-tensor.js';
import { worstError } from '../../test/helpers/samples.js';
import { at } from '../errors.js';
import { int32 } from '../graph/tensor.js';
import { methodLoss } from '../training/method-loss.js';
import { uot } from './uot.js';

const numbers = z.array(z.number());
const imagesSchema = z.object({ features: recipeSchema, labels: numbers, classes: z.number() });
const golden = readGolden(
  'uot',
  z.object({
    source: imagesSchema,
    target: imagesSchema,
    selections: z.array(
      z.object({
        name: z.string(),
        options: z.record(z.string(), z.unknown()),
        plan: z.array(numbers),
        scores: numbers,
        selected: numbers,
      }),
    ),
    joint: z.object({
      labels: numbers,
      features: recipeSchema,
      'sourceHead.weight': recipeSchema,
      'sourceHead.bias': recipeSchema,
      penalty: z.number(),
      gradients: z.record(z.string(), numbers),
    }),
  }),
);

interface Images {
  readonly features: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly classes: number;
}

const imagesOf = ({ features, labels, classes }: z.infer<typeof imagesSchema>): Images => ({
  features: rows(features),
  labels,
  classes,
});
const source = imagesOf(golden.source);
const target = imagesOf(golden.target);

async function prepare(from: Images, to: Images, options: object = {}) {
  const tools = arrayPrepareTools({
    classes: to.classes,
    train: to,
    source: from,
    sourceClasses: from.classes,
  });
  const tensor = readFrom((await uot.bind(options).prepare?.(tools)) ?? {});
  const [selected, scores, plan] = [tensor('selected', 'int32'), tensor('scores'), tensor('plan')];
  return { selected: [...selected.data], scores: [...scores.data], plan };
}

describe('plan, scores and selection agree with POT', () => {
  for (const { name, options, plan, scores, selected } of golden.selections)
    test(name, async () => {
      const actual = await prepare(source, target, options);
      assert.deepEqual(actual.plan.shape, [source.classes, target.classes]);
      assert.ok(worstError(actual.plan.data, plan.flat()) < 1e-6);
      assert.ok(worstError(actual.scores, scores) < 1e-6);
      assert.deepEqual(actual.selected, selected);
    });
});

describe('selection', () => {
  /** Class k points along axis k; odd source classes, along axes that no target has. */
  const axes = (list: readonly number[]): Images => ({
    features: list.map((axis) => Array.from({ length: 6 }, (_, j) => Number(j === axis))),
    labels: list.map((_, i) => i),
    classes: list.length,
  });

  test('source classes like a target class come first', async () => {
    const { selected } = await prepare(axes([4, 0, 5, 1, 3, 2]), axes([0, 1, 2]), { classes: 3 });
    assert.deepEqual(selected, [1, 3, 5]);
  });

  test('scores are the row sums of the plan', async () => {
    const { scores, plan } = await prepare(source, target);
    const K = target.classes;
    const sums = scores.map((_, s) => plan.data.subarray(s * K, (s + 1) * K).reduce((a, b) => a + b, 0));
    assert.ok(worstError(scores, sums) < 1e-6);
  });

  test('renaming source classes renames scores and leaves the chosen images', async () => {
    const renamed = { ...source, labels: source.labels.map((label) => source.classes - 1 - label) };
    const [before, after] = [
      await prepare(source, target, { classes: 3 }),
      await prepare(renamed, target, { classes: 3 }),
    ];
    assert.ok(worstError(after.scores.toReversed(), before.scores) < 1e-6);
    assert.deepEqual(after.selected, before.selected);
  });

  test('lengths of features do not matter', async () => {
    const scaled = { ...source, features: source.features.map((row) => row.map((g) => 4 * g)) };
    assert.deepEqual((await prepare(scaled, target)).scores, (await prepare(source, target)).scores);
  });

  test('of equal scores the first class is taken, and never one without images', async () => {
    const same = axes([0, 0, 0]);
    const { selected } = await prepare({ ...same, labels: [3, 1, 4], classes: 6 }, axes([0]), { classes: 2 });
    assert.deepEqual(selected, [0, 1]);
    const { selected: all, scores } = await prepare({ ...same, labels: [3, 1, 4], classes: 6 }, axes([0]));
    assert.deepEqual(all, [0, 1, 2]);
    assert.deepEqual(
      scores.map((score) => score > 0),
      [false, true, false, true, true, false],
    );
  });

  test('class means of length 0 cost 1 / p_m', async () => {
    const zero = axes([0, 6]); // The second is no axis: zeros.
    const { scores } = await prepare(zero, axes([0]), { p_m: 0.5 });
    // With one target u_s = (exp(C_s) / v)^(1/2), hence T_s is in proportion to exp(-C_s / 2).
    const ratio = at(scores, 1) / at(scores, 0);
    assert.ok(Math.abs(ratio - Math.exp(-1 / 0.5 / 2)) < 1e-6);
  });

  test('no source images: says so', async () => {
    const none = { features: [], labels: [], classes: 2 };
    await assert.rejects(prepare(none, target), { code: 'method.no-source-images' });
  });

  test('weights under which exp(-C / epsilon) would vanish are refused', () => {
    assert.equal(uot.options.safeParse({ p_m: 0.01, epsilon: 0.1 }).success, false);
    assert.equal(uot.options.safeParse({ p_m: 0.1, epsilon: 0.1 }).success, true);
  });
});

describe('source images', () => {
  const selected = [3, 5, 8, 13, 21, 34, 55];
  const tensor = readFrom({ selected: int32([selected.length], selected) });
  const { sourceSampler } = uot.bind();
  const sample = (batch: number, size: number, seed = 1) => [
    ...(sourceSampler?.({ targets: new Int32Array(size), batch, seed, tensor }) ?? []),
  ];
  const sequence = (size: number, batches: number, seed?: number) =>
    Array.from({ length: batches }, (_, batch) => sample(batch, size, seed)).flat();

  for (const size of [1, 3, 7, 20])
    test(`batches of ${size}: every image once per cycle, in an order that changes`, () => {
      const drawn = sequence(size, 3 * selected.length);
      const cycles = Array.from({ length: Math.floor(drawn.length / selected.length) }, (_, i) =>
        drawn.slice(i * selected.length, (i + 1) * selected.length),
      );
      for (const cycle of cycles)
        assert.deepEqual(
          cycle.toSorted((a, b) => a - b),
          selected,
        );
      assert.ok(new Set(cycles.map(String)).size > 1);
    });

  test('the sequence is the same however it is cut into batches, and from wherever it is resumed', () => {
    assert.deepEqual(sequence(3, 20), sequence(20, 3));
    assert.deepEqual(sample(5, 4), sequence(4, 6).slice(-4));
  });

  test('the seed decides', () => {
    assert.notDeepEqual(sequence(7, 3, 1), sequence(7, 3, 2));
    assert.deepEqual(sequence(7, 3, 1), sequence(7, 3, 1));
  });
});

describe('the joint penalty', () => {
  const { joint } = golden;
  const weight = tensorOf(joint['sourceHead.weight']);
  const bias = tensorOf(joint['sourceHead.bias']);
  const lossOf = (state?: Record<string, ArrayLike<number>>) =>
    methodLoss(uot, {
      features: rows(joint.features),
      labels: joint.labels.map(() => 0),
      classes: 1,
      sourceBatch: { features: rows(joint.features), labels: joint.labels, classes: source.classes },
      ...(state && { state }),
    });

  test('and its gradients agree with PyTorch; target features have none', () => {
    const { penalty, gradients } = lossOf({ 'sourceHead.weight': weight.data, 'sourceHead.bias': bias.data });
    // 1 / B is a constant of single precision.
    assert.ok(worstError([penalty], [joint.penalty]) < 1e-7);
    const { features, ...head } = joint.gradients;
    assert.ok(worstError(gradients['sourceBatch.features'] ?? [], features ?? [Number.NaN]) < 1e-7);
    for (const [name, gradient] of Object.entries(head))
      assert.ok(worstError(gradients[name] ?? [], gradient) < 1e-7, name);
    assert.ok(gradients.features.every((gradient) => gradient === 0));
  });

  test('a head of zeros: log S', () => {
    const zero = {
      'sourceHead.weight': weight.data.map(() => 0),
      'sourceHead.bias': bias.data.map(() => 0),
    };
    assert.ok(Math.abs(lossOf(zero).penalty - Math.log(source.classes)) < 1e-7);
  });

  test('the new head has S outputs, weights of variance 2/2048 and no bias', () => {
    const { nextState } = lossOf();
    const initial = nextState['sourceHead.weight'] ?? new Float64Array();
    assert.equal(initial.length, weight.data.length);
    const variance = initial.reduce((sum, element) => sum + element ** 2, 0) / initial.length;
    // Four standard errors.
    assert.ok(Math.abs(variance / (2 / 2048) - 1) < 4 * Math.sqrt(2 / initial.length), `${variance}`);
    assert.deepEqual(nextState['sourceHead.bias'], new Float64Array(source.classes));
  });
});

function rows(recipe: Recipe): number[][] {
  const { shape, data } = tensorOf(recipe);
  const [count = 0, width = 0] = shape;
  return Array.from({ length: count }, (_, i) => [...data.subarray(i * width, (i + 1) * width)]);
}
