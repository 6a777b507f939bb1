import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../../test/helpers/golden.js';
import { recipeSchema } from '../../../test/helpers/golden-schemas.js';
import { tensorOf } from '../../../test/helpers/lcg.js';
import { arrayPrepareTools } from '../../../test/helpers/prepare-tools.js';
import { worstError } from '../../../test/helpers/samples.js';
import { at } from '../../errors.js';
import { float32 } from '../../graph/tensor.js';
import { Random } from '../../random.js';
import { nodeDriver } from '../../runtime/node.js';
import { Program } from '../../runtime/program.js';
import { State } from '../../runtime/state.js';
import type { PrepareTools } from '../prepare.js';
import { type LabelledSamples, LogisticRegression, logisticRegression } from './logistic-regression.js';

const golden = readGolden(
  'co-tuning',
  z.object({
    classes: z.number(),
    inputs: z.object({ train: recipeSchema }),
    labels: z.object({ train: z.array(z.number()) }),
    regressions: z.array(
      z.object({
        C: z.number(),
        intercept: z.boolean(),
        weight: z.array(z.array(z.number())),
        bias: z.array(z.number()),
      }),
    ),
  }),
);
const features = tensorOf(golden.inputs.train);
const labels = Int32Array.from(golden.labels.train);
const { classes } = golden;
const { compile } = arrayPrepareTools({ classes, train: { features: [], labels: [] } });

describe('agrees with scikit-learn', () => {
  for (const { C, intercept, weight, bias } of golden.regressions) {
    const samples = { features, labels, classes, intercept };
    const name = `C = ${C}, ${intercept ? 'with' : 'without'} intercept`;
    const l2 = 1 / (labels.length * C);

    test(`${name}, in double precision`, async () => {
      const fit = await logisticRegression({ ...samples, l2 }, compile, { tolerance: 1e-9 });
      assert.ok(worstError(fit.weight.data, weight.flat()) < 1e-5, `${fit.weight.data}`);
      assert.ok(worstError(fit.bias.data, intercept ? bias : [0, 0, 0, 0]) < 1e-5, `${fit.bias.data}`);
    });

    test(`${name}, in ONNX Runtime`, async () => {
      const fit = await logisticRegression({ ...samples, l2 }, compileNative, { tolerance: 1e-9 });
      assert.ok(worstError(fit.weight.data, weight.flat()) < 1e-4);
      assert.ok(worstError(fit.bias.data, intercept ? bias : [0, 0, 0, 0]) < 1e-4);
    });
  }
});

test('one penalty after the other: each fit is what it would be alone', async () => {
  const samples = { features, labels, classes, intercept: true };
  const regression = await LogisticRegression.compile(samples, compile);
  for (const l2 of [1, 0.01, 0.1]) {
    const fit = await regression.fit(l2, { tolerance: 1e-8 });
    const alone = await logisticRegression({ ...samples, l2 }, compile, { tolerance: 1e-8 });
    assert.ok(worstError(fit.weight.data, alone.weight.data) < 1e-5);
    assert.ok(worstError(fit.bias.data, alone.bias.data) < 1e-5);
  }
});

test('features that are far from 0 are no hindrance with an intercept', async () => {
  const moved = float32(
    features.shape,
    features.data.map((x) => x + 100),
  );
  const samples: LabelledSamples = { features, labels, classes, intercept: true };
  const near = await logisticRegression({ ...samples, l2: 0.01 }, compileNative);
  const far = await logisticRegression({ ...samples, features: moved, l2: 0.01 }, compileNative);
  assert.ok(worstError(far.weight.data, near.weight.data) < 1e-3);
});

test('one class, a class without samples, and features that say nothing', async () => {
  const one = await logisticRegression(
    { features, labels: labels.map(() => 0), classes: 1, l2: 1, intercept: true },
    compile,
  );
  assert.ok(one.weight.data.every((w) => w === 0));

  const more = await logisticRegression(
    { features, labels, classes: classes + 1, l2: 0.1, intercept: false },
    compile,
  );
  assert.ok(more.weight.data.every(Number.isFinite));

  const blank = float32(features.shape, new Float32Array(features.data.length));
  const { weight, bias } = await logisticRegression(
    { features: blank, labels, classes, l2: 1, intercept: true },
    compile,
  );
  assert.ok(weight.data.every((w) => w === 0));
  // What is left are the frequencies of the classes.
  const total = bias.data.reduce((sum, b) => sum + Math.exp(b), 0);
  for (let k = 0; k < classes; k++) {
    const share = labels.filter((label) => label === k).length / labels.length;
    assert.ok(Math.abs(Math.exp(at(bias.data, k)) / total - share) < 1e-5);
  }
});

test('samples that can be separated, without a penalty: ends, and separates them', async () => {
  const random = new Random(0, 'test');
  const twoLabels = Int32Array.from({ length: 200 }, (_, i) => i % 2);
  const separable = float32(
    [200, 8],
    Float32Array.from({ length: 1600 }, (_, i) => random.normal() + (Math.floor(i / 8) % 2) * 20),
  );
  const problem = { features: separable, labels: twoLabels, classes: 2, l2: 0, intercept: true };
  const { weight, bias } = await logisticRegression(problem, compileNative);
  twoLabels.forEach((label, i) => {
    const scores = [0, 1].map((k) =>
      separable.data
        .subarray(8 * i, 8 * i + 8)
        .reduce((sum, x, j) => sum + x * at(weight.data, 8 * k + j), at(bias.data, k)),
    );
    assert.equal(at(scores, 1) > at(scores, 0) ? 1 : 0, label);
  });
});

async function compileNative(outputs: Parameters<PrepareTools['compile']>[0]) {
  const program = await Program.compile(
    { outputs, updates: new Map() },
    { driver: nodeDriver, device: 'cpu', threads: 1 },
  );
  const state = new State();
  return {
    run: (feeds: Parameters<Program['run']>[1]) => program.run(state, feeds),
    release: () => program.release(),
  };
}
