import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { recipeSchema } from '../../test/helpers/golden-schemas.js';
import { type Recipe, tensorOf } from '../../test/helpers/lcg.js';
import { worstError } from '../../test/helpers/samples.js';
import { float32 } from '../graph/tensor.js';
import { methodLoss } from '../training/method-loss.js';
import { channelAttention } from './delta/channel-attention.js';
import { delta } from './delta.js';

const numbers = z.array(z.number());
const recipes = z.record(z.string(), recipeSchema);
const golden = readGolden(
  'delta',
  z.object({
    classes: z.number(),
    featureMaps: recipes,
    pretrainedFeatureMaps: recipes,
    head: z.object({ 'head.weight': recipeSchema, 'head.bias': recipeSchema }),
    importances: recipes,
    weights: z.record(z.string(), numbers),
    cases: z.array(
      z.object({
        name: z.string(),
        options: z.record(z.string(), z.unknown()),
        penalty: z.number(),
        extraLoss: z.number(),
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
    Object.entries(weights).map(([role, data]) => [
      `attention.${role}`,
      float32([data.length], Float32Array.from(data)),
    ]),
  );
const weight = rows(golden.head['head.weight']);
const given = {
  features: [0, 1, 2].map(() => [0, 0, 0, 0]),
  labels: [0, 1, 2],
  classes: golden.classes,
  head: { weight, bias: [...tensorOf(golden.head['head.bias']).data] },
  featureMaps: tensors(golden.featureMaps),
  pretrainedFeatureMaps: tensors(golden.pretrainedFeatureMaps),
  prepared: attention(golden.weights),
};
const lossOf = (inputs: Partial<typeof given>, options: object = {}) =>
  methodLoss(delta, { ...given, ...inputs, options });

describe('penalty, extra loss and gradients agree with PyTorch', () => {
  for (const { name, options, penalty, extraLoss, gradients } of golden.cases)
    test(name, () => {
      const result = lossOf({}, options);
      assert.ok(worstError([result.penalty], [penalty]) < 1e-6, `penalty ${result.penalty} for ${penalty}`);
      assert.ok(worstError([result.extraLoss], [extraLoss]) < 1e-6, `extra loss ${result.extraLoss}`);
      for (const [key, gradient] of Object.entries(gradients))
        assert.ok(worstError(result.gradients[key] ?? [], gradient) < 1e-6, key);
    });
});

describe('invariants', () => {
  test('maps that are where they were have neither penalty nor gradient', () => {
    for (const kind of ['ablation', 'none']) {
      const { penalty, gradients } = lossOf(
        { pretrainedFeatureMaps: given.featureMaps },
        { attention: kind, beta: 0 },
      );
      assert.equal(penalty, 0);
      for (const gradient of Object.values(gradients))
        assert.ok(gradient.every((element) => Math.abs(element) === 0));
    }
  });

  test("the order of a map's channels does not matter where their weights follow", () => {
    const turned = ({ data }: { data: ArrayLike<number> }, size: number) =>
      Array.from(data, (_, i) => data[i - (i % size) + ((i + 1) % size)] ?? Number.NaN);
    const tokens = (of: typeof given.featureMaps) => {
      const map = of.stage3;
      assert.ok(map !== undefined);
      return { shape: map.shape, data: turned(map, 3) };
    };
    const only = {
      featureMaps: given.featureMaps.stage3,
      pretrainedFeatureMaps: given.pretrainedFeatureMaps.stage3,
    };
    assert.ok(only.featureMaps !== undefined && only.pretrainedFeatureMaps !== undefined);
    const before = methodLoss(delta, {
      ...given,
      featureMaps: { stage3: only.featureMaps },
      pretrainedFeatureMaps: { stage3: only.pretrainedFeatureMaps },
    });
    const after = methodLoss(delta, {
      ...given,
      featureMaps: { stage3: tokens(given.featureMaps) },
      pretrainedFeatureMaps: { stage3: tokens(given.pretrainedFeatureMaps) },
      prepared: attention({ stage3: turned({ data: golden.weights.stage3 ?? [] }, 3) }),
    });
    assert.ok(Math.abs(before.penalty - after.penalty) < 1e-9);
  });

  test('without feature maps there is nothing to hold', () => {
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
