import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { recipeSchema } from '../../test/helpers/golden-schemas.js';
import { type Recipe, tensorOf } from '../../test/helpers/lcg.js';
import { arrayPrepareTools } from '../../test/helpers/prepare-tools.js';
import { readFrom } from '../../test/helpers/read-tensor.js';
import { runGraph } from '../../test/helpers/run-graph.js';
import { worstError } from '../../test/helpers/samples.js';
import { interpret } from '../graph/interpret.js';
import { float32, int32, zeros } from '../graph/tensor.js';
import { constant, input } from '../graph/value.js';
import { nodeDriver } from '../runtime/node.js';
import { type MethodLossInputs, methodLoss } from '../training/method-loss.js';
import { calibrate } from './dr-tune/calibration.js';
import { drTune } from './dr-tune.js';

const numbers = z.array(z.number());
const matrix = z.array(numbers);
const golden = readGolden(
  'dr-tune',
  z.object({
    classes: z.number(),
    labels: numbers,
    bankLabels: numbers,
    inputs: z.object({
      features: recipeSchema,
      pretrainedFeatures: recipeSchema,
      pretrained: recipeSchema,
      downstream: recipeSchema,
      weight: recipeSchema,
      bias: recipeSchema,
    }),
    cases: z.array(
      z.object({
        name: z.string(),
        bank: z.number(),
        step: z.number(),
        options: z.record(z.string(), z.unknown()),
        calibrated: matrix,
        penalty: z.number(),
        taskLoss: z.number(),
        concatenated: z.number(),
        gradients: z.object({ features: matrix, 'head.weight': matrix, 'head.bias': numbers }),
        next: z.object({ pretrained: matrix, downstream: matrix, labels: numbers }),
      }),
    ),
  }),
);

const { inputs, classes, labels } = golden;
const B = labels.length;

/** The golden inputs with a bank of its first `size` rows. */
function givenBank(size: number) {
  const first = (recipe: Recipe) => tensorOf(recipe).data.slice(0, size * (recipe.shape[1] ?? 1));
  const shape = [size, inputs.pretrained.shape[1] ?? 0];
  return {
    features: rows(inputs.features),
    pretrainedFeatures: rows(inputs.pretrainedFeatures),
    labels,
    classes,
    head: { weight: rows(inputs.weight), bias: [...tensorOf(inputs.bias).data] },
    prepared: {
      pretrained: float32(shape, first(inputs.pretrained)),
      labels: int32([size], golden.bankLabels.slice(0, size)),
    },
    state: { downstream: first(inputs.downstream) },
  } satisfies MethodLossInputs;
}

describe('calibrated bank, penalty, gradients and next bank agree with PyTorch', () => {
  for (const { name, bank, step, options, ...expected } of golden.cases)
    test(name, () => {
      const { penalty, taskLoss, gradients, nextState } = methodLoss(drTune, {
        ...givenBank(bank),
        step,
        options,
      });
      const close = (what: string, actual: ArrayLike<number> = [], reference: ArrayLike<number> = []) =>
        assert.ok(worstError(actual, reference) < 1e-6, what);
      close('calibrated', nextState.calibrated, expected.calibrated.flat());
      close('penalty', [penalty], [expected.penalty]);
      assert.equal(taskLoss, 0);
      assert.ok(gradients.features.every((gradient) => gradient === 0));
      close('head.weight', gradients['head.weight'], expected.gradients['head.weight'].flat());
      close('head.bias', gradients['head.bias'], expected.gradients['head.bias']);
      close('pretrained', nextState.pretrained, expected.next.pretrained.flat());
      close('downstream', nextState.downstream, expected.next.downstream.flat());
      close('labels', nextState.labels, expected.next.labels);

      // The authors' loss, a mean over B + K_b rows, is (B CE + K_b R) / (B + K_b) = B (CE + R') / (B + K_b).
      close('concatenated', [(B * (expected.taskLoss + penalty)) / (B + bank)], [expected.concatenated]);
    });
});

describe('calibration', () => {
  const [size = 0, d = 0] = inputs.pretrained.shape;
  const bank = {
    pretrained: constant(tensorOf(inputs.pretrained)),
    downstream: constant(tensorOf(inputs.downstream)),
    labels: constant(int32([size], golden.bankLabels)),
  };
  const of = (k: number) => golden.bankLabels.flatMap((label, i) => (label === k ? [i] : []));
  const meanOf = (data: ArrayLike<number>, images: readonly number[]) =>
    Array.from(
      { length: d },
      (_, j) => images.reduce((sum, i) => sum + (data[i * d + j] ?? 0), 0) / images.length,
    );

  for (const rotate of [false, true])
    test(`a head that separates no classes: class means are those of the downstream features${rotate ? ', rotated' : ''}`, () => {
      const blank = constant(float32([classes, d], new Float32Array(classes * d)));
      const [moved = []] = interpret([calibrate(bank, blank, { rotate, normalize: false })]);
      for (let k = 0; k < classes; k++) {
        const images = of(k);
        if (images.length === 0) continue;
        const there = meanOf(tensorOf(inputs.downstream).data, images);
        assert.ok(worstError(meanOf(moved, images), there) < 1e-12, `class ${k}`);
      }
    });

  test('the only image of a class goes to its downstream features, whatever the head says', () => {
    const alone = golden.bankLabels.findIndex((label) => of(label).length === 1);
    assert.ok(alone >= 0);
    const weight = constant(tensorOf(inputs.weight));
    const [moved = []] = interpret([calibrate(bank, weight, { rotate: true, normalize: false })]);
    assert.ok(
      worstError(moved.slice(alone * d, (alone + 1) * d), rows(inputs.downstream)[alone] ?? []) < 1e-12,
    );
  });

  test('equal banks under a head that separates no classes stay as they are, at unit length', () => {
    const blank = constant(float32([classes, d], new Float32Array(classes * d)));
    const same = { ...bank, downstream: bank.pretrained };
    const [moved = []] = interpret([calibrate(same, blank, { rotate: true, normalize: true })]);
    const unit = rows(inputs.pretrained).map((row) => row.map((element) => element / Math.hypot(...row)));
    assert.ok(worstError(moved, unit.flat()) < 1e-6);
  });

  test('is the same in single precision, by ONNX Runtime', async () => {
    const names = ['pretrained', 'downstream', 'weight'] as const;
    const given = new Map(names.map((name) => [name, tensorOf(inputs[name])]));
    const feed = (name: (typeof names)[number]) =>
      input(name, { dtype: 'float32', shape: inputs[name].shape });
    const graph = calibrate(
      { pretrained: feed('pretrained'), downstream: feed('downstream'), labels: bank.labels },
      feed('weight'),
      { rotate: true, normalize: true },
    );
    const [moved] = await runGraph(nodeDriver, 'cpu', [graph], given);
    const expected = golden.cases.find(({ name }) => name === 'rotated')?.calibrated.flat() ?? [];
    assert.ok(worstError(moved?.data ?? [], expected) < 1e-5);
  });
});

describe('the bank', () => {
  const images = [0, 1, 2, 0, 1, 2, 0];
  const tools = arrayPrepareTools({
    classes: 3,
    batchSize: 4,
    train: { features: images.map((label, i) => [i, label]), labels: images },
  });
  for (const [bank, size] of [
    [1, 4],
    [5, 4],
    [7, 8],
    [2048, 8],
  ] as const)
    test(`${bank} images, in batches of 4 of 7 training images: ${size}`, async () => {
      const prepared = await drTune.bind({ bank }).prepare?.(tools);
      const tensor = readFrom(prepared ?? {});
      const { shape, data } = tensor('pretrained');
      const labels = tensor('labels', 'int32');
      assert.deepEqual(shape, [size, 2]);
      assert.deepEqual(labels.shape, [size]);
      labels.data.forEach((label, k) => {
        assert.equal(label, data[2 * k + 1]);
      });
    });

  test('starts with pretrained features in both halves', () => {
    const { state: _, ...inputs } = givenBank(B + 1);
    const { nextState } = methodLoss(drTune, inputs);
    const d = inputs.features[0]?.length ?? 0;
    assert.deepEqual(nextState.downstream?.slice(0, d), nextState.pretrained?.slice(0, d));
  });

  test('of features that are all zero: everything is finite', () => {
    const given = givenBank(8);
    const none = (list: ArrayLike<number>) => Array.from(list, () => 0);
    const { penalty, gradients, nextState } = methodLoss(drTune, {
      ...given,
      features: given.features.map(none),
      prepared: {
        ...given.prepared,
        pretrained: zeros('float32', given.prepared.pretrained.shape),
      },
      state: { downstream: none(given.state.downstream) },
    });
    assert.ok(Number.isFinite(penalty));
    for (const values of [...Object.values(gradients), ...Object.values(nextState)])
      assert.ok(values.every(Number.isFinite));
  });
});

function rows(recipe: Recipe): number[][] {
  const { shape, data } = tensorOf(recipe);
  const [count = 0, width = 0] = shape;
  return Array.from({ length: count }, (_, i) => [...data.subarray(i * width, (i + 1) * width)]);
}
