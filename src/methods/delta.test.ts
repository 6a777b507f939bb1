import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { recipeSchema } from '../../test/helpers/golden-schemas.js';
import { type Recipe, tensorOf } from '../../test/helpers/lcg.js';
import { worstError } from '../../test/helpers/samples.js';
import { methodLoss } from '../training/method-loss.js';
import { channelAttention } from './delta/channel-attention.js';
import { delta } from './delta.js';

const numbers = z.array(z.number());
const recipes = z.record(z.string(), recipeSchema);
const golden = readGolden(
  'delta',
  z.object({
    classes: z.number(),
    taps: recipes,
    pretrainedFeatureMaps: recipes,
    head: z.object({ 'head.weight': recipeSchema, 'head.bias': recipeSchema }),
    importances: recipes,
    weights: z.record(z.string(), numbers),
    cases: z.array(
      z.object({
        name: z.string(),
        options: z.record(z.string(), z.unknown()),
        term: z.number(),
        addition: z.number(),
        gradients: z.record(z.string(), numbers),
      }),
    ),
  }),
);

const tensors = (of: Readonly<Record<string, Recipe>>) =>
  Object.fromEntries(Object.entries(of).map(([role, recipe]) => [role, tensorOf(recipe)]));
const rows = (recipe: Recipe) => {
  const { shape, data } = tensorOf(recipe);
  const [count = 0, width = 0] = shape;
  return Array.from({ length: count }, (_, i) => [...data.subarray(i * width, (i + 1) * width)]);
};
const attention = (weights: Readonly<Record<string, ArrayLike<number>>>) =>
  Object.fromEntries(
    Object.entries(weights).map(([role, data]) => [`attention.${role}`, { shape: [data.length], data }]),
  );
const weight = rows(golden.head['head.weight']);
const given = {
  features: [0, 1, 2].map(() => [0, 0, 0, 0]),
  labels: [0, 1, 2],
  classes: golden.classes,
  head: { weight, bias: [...tensorOf(golden.head['head.bias']).data] },
  taps: tensors(golden.taps),
  pretrainedFeatureMaps: tensors(golden.pretrainedFeatureMaps),
  prepared: attention(golden.weights),
};
const lossOf = (inputs: Partial<typeof given>, options: object = {}) =>
  methodLoss(delta, { ...given, ...inputs, options });

describe('term, addition and gradients agree with PyTorch', () => {
  for (const { name, options, term, addition, gradients } of golden.cases)
    test(name, () => {
      const result = lossOf({}, options);
      assert.ok(worstError([result.penalty], [term]) < 1e-6, `term ${result.penalty} for ${term}`);
      assert.ok(worstError([result.extraLoss], [addition]) < 1e-6, `addition ${result.extraLoss}`);
      for (const [key, gradient] of Object.entries(gradients))
        assert.ok(worstError(result.gradients[key] ?? [], gradient) < 1e-6, key);
    });
});

describe('invariants', () => {
  test('maps that are where they were have neither term nor slope', () => {
    for (const kind of ['ablation', 'none']) {
      const { penalty, gradients } = lossOf(
        { pretrainedFeatureMaps: given.taps },
        { attention: kind, beta: 0 },
      );
      assert.equal(penalty, 0);
      for (const slopes of Object.values(gradients))
        assert.ok(slopes.every((slope) => Math.abs(slope) === 0));
    }
  });

  test("the order of a map's channels does not matter where their weights follow", () => {
    const turned = ({ data }: { data: ArrayLike<number> }, size: number) =>
      Array.from(data, (_, i) => data[i - (i % size) + ((i + 1) % size)] ?? Number.NaN);
    const tokens = (of: typeof given.taps) => {
      const map = of.stage3;
      assert.ok(map !== undefined);
      return { shape: map.shape, data: turned(map, 3) };
    };
    const only = { taps: given.taps.stage3, pretrainedFeatureMaps: given.pretrainedFeatureMaps.stage3 };
    assert.ok(only.taps !== undefined && only.pretrainedFeatureMaps !== undefined);
    const before = methodLoss(delta, {
      ...given,
      featureMaps: { stage3: only.taps },
      pretrainedFeatureMaps: { stage3: only.pretrainedFeatureMaps },
    });
    const after = methodLoss(delta, {
      ...given,
      featureMaps: { stage3: tokens(given.taps) },
      pretrainedFeatureMaps: { stage3: tokens(given.pretrainedFeatureMaps) },
      prepared: attention({ stage3: turned({ data: golden.weights.stage3 ?? [] }, 3) }),
    });
    assert.ok(Math.abs(before.penalty - after.penalty) < 1e-9);
  });

  test('without taps there is nothing to hold', () => {
    assert.equal(methodLoss(delta, { ...given, featureMaps: {}, pretrainedFeatureMaps: {} }).penalty, 0);
  });
});

describe("channels' weights", () => {
  test('agree with SciPy', () => {
    for (const [role, recipe] of Object.entries(golden.importances))
      assert.ok(worstError(channelAttention(tensorOf(recipe).data), golden.weights[role] ?? []) < 1e-9, role);
  });

  test('add up to 1, and see neither the scale nor the zero of importances', () => {
    const importances = [0.3, -1, 2, 0.5];
    const weights = channelAttention(importances);
    assert.ok(Math.abs(weights.reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
    assert.ok(worstError(channelAttention(importances.map((v) => 1e-6 * v + 3)), [...weights]) < 1e-6);
  });

  test('are equal where importances are', () => {
    for (const value of [0, 0.1, 1e-30])
      assert.ok(worstError(channelAttention([value, value, value]), [1 / 3, 1 / 3, 1 / 3]) < 1e-12);
    assert.deepEqual([...channelAttention([5])], [1]);
  });
});
