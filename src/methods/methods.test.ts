import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readGolden } from '../../test/helpers/golden.js';
import { methodsSchema, priorSchema } from '../../test/helpers/golden-schemas.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { worstError } from '../../test/helpers/samples.js';
import { float32, type Tensor } from '../graph/tensor.js';
import { type MethodLossInputs, type MethodLossOutputs, methodLoss } from '../training/method-loss.js';
import { adarand } from './adarand.js';
import { fnp } from './fnp.js';
import { randreg } from './randreg.js';

const golden = readGolden('methods', methodsSchema);
const K = golden.inputs.mean.shape[0] ?? 0;
const features = rows(tensorOf(golden.inputs.features));
const data = (name: keyof typeof golden.inputs) => tensorOf(golden.inputs[name]).data;
const statistics = {
  perClass: { mean: tensorOf(golden.inputs.mean), std: tensorOf(golden.inputs.std) },
  overall: { mean: tensorOf(golden.inputs.marginalMean), std: tensorOf(golden.inputs.marginalStd) },
  meanSquare: 1,
};
const given: MethodLossInputs = { features, labels: golden.labels, classes: K, statistics };

/** Inputs of golden terms and priors are single-precision numbers written with 12 digits; everything else is exact. */
const TOLERANCE = 1e-6;

const penalties: Readonly<Record<string, () => MethodLossOutputs>> = {
  'fnp-mean': () => methodLoss(fnp, given),
  'fnp-sum': () => methodLoss(fnp, { ...given, options: { reduction: 'sum' } }),
  'fnp-half': () => methodLoss(fnp, { ...given, options: { norm: 'half', reduction: 'sum' } }),
  'fnp-l1': () => methodLoss(fnp, { ...given, options: { norm: 'l1', reduction: 'sum' } }),
  ...Object.fromEntries(
    (['mean', 'sum'] as const).flatMap((reduction) => {
      const random = (name: 'uniform' | 'normal', options: object) => () =>
        methodLoss(randreg, { ...given, noise: [data(name)], options: { ...options, reduction } });
      const isotropic = { ...given, noise: [data('normal')], options: { std: 'isotropic', reduction } };
      return [
        [`randreg-uniform-${reduction}`, random('uniform', { prior: 'uniform' })],
        [`randreg-normal-${reduction}`, random('normal', { prior: 'normal' })],
        [`randreg-marginal-${reduction}`, random('normal', { prior: 'pretrained' })],
        [
          `randreg-marginal-scalar-${reduction}`,
          random('normal', { prior: 'pretrained', statistics: 'scalar' }),
        ],
        [`randreg-class-${reduction}`, random('normal', { prior: 'class' })],
        [`randreg-class-isotropic-${reduction}`, () => methodLoss(adarand, isotropic)],
      ] as const;
    }),
  ),
};

describe('penalties and their gradients agree with PyTorch', () => {
  for (const { name, penalty, gradient } of golden.penalties)
    test(name, () => {
      const result = penalties[name]?.();
      assert.ok(result !== undefined, 'a golden case that no method covers');
      assert.ok(worstError([result.penalty], [penalty]) < TOLERANCE, `${result.penalty} for ${penalty}`);
      assert.ok(worstError(result.gradients.features, gradient.flat()) < TOLERANCE);
      assert.ok(result.gradients.logits?.every((element) => element === 0));
    });
});

describe("AdaRand's priors agree with PyTorch after one update", () => {
  for (const prior of golden.priors)
    test(prior.name, () => {
      const isLearned = prior.intraOn || prior.interOn;
      const result = methodLoss(adarand, {
        ...given,
        ...(isLearned && { state: { runningMean: data('running') } }),
        options: {
          ...formOptions(prior.form),
          intra: prior.intraOn,
          inter: prior.interOn,
          alpha: golden.alpha,
          priorLearningRate: golden.adam.lr,
        },
      });
      assert.ok(worstError(result.nextState.mean ?? [], prior.meanAfter.flat()) < TOLERANCE, 'mean');
      if (!isLearned) return;
      const objective = (prior.intraOn ? prior.intra : 0) + (prior.interOn ? prior.inter : 0);
      assert.ok(worstError([result.metrics.objective ?? 0], [objective]) < TOLERANCE, 'objective');
      assert.ok(worstError(result.stateGradients.mean ?? [], prior.gradient.flat()) < TOLERANCE, 'gradient');
    });
});

describe('a hundred updates of the priors agree with NumPy', () => {
  for (const form of ['paper', 'article', 'squaredCosine'] as const)
    test(form, () => {
      const recorded = readGolden(`prior-${form}`, priorSchema);
      const centres = rows(tensorOf(recorded.centres));
      let state: Record<string, ArrayLike<number>> = { mean: tensorOf(recorded.mean).data };
      state.runningMean = state.mean ?? [];
      const classMean = tensorOf(recorded.mean);
      recorded.labels.forEach((labels, step) => {
        const noise = recorded.featureNoise[step];
        assert.ok(noise !== undefined);
        const drawn = rows(tensorOf(noise));
        const result = methodLoss(adarand, {
          features: labels.map(
            (label, i) => centres[label]?.map((c, j) => Math.fround(c + (drawn[i]?.[j] ?? 0))) ?? [],
          ),
          labels,
          classes: centres.length,
          statistics: { ...statistics, perClass: { mean: classMean, std: classMean } },
          state,
          step,
          // The golden rate is constant: at 0 of any total, the cosine schedule's factor is 1.
          totalSteps: Number.MAX_SAFE_INTEGER,
          options: { ...formOptions(form), alpha: recorded.alpha, priorLearningRate: recorded.adam.lr },
        });
        state = result.nextState;
        assert.ok(
          worstError([result.metrics.intra ?? 0], [recorded.intra[step] ?? 0]) < TOLERANCE,
          `intra ${step}`,
        );
        assert.ok(
          worstError([result.metrics.inter ?? 0], [recorded.inter[step] ?? 0]) < TOLERANCE,
          `inter ${step}`,
        );
        const expected = recorded.states.find((each) => each.step === step + 1);
        if (expected === undefined) return;
        assert.ok(worstError(state.mean ?? [], expected.mean.flat()) < TOLERANCE, `mean after ${step + 1}`);
        assert.ok(
          worstError(state.runningMean ?? [], expected.running.flat()) < TOLERANCE,
          `running ${step + 1}`,
        );
      });
    });
});

describe('invariants', () => {
  test('FNP is RandReg with z = 0, and a sum is d times a mean', () => {
    const zero = [new Float64Array(features.length * 6)];
    const still = methodLoss(randreg, { ...given, noise: zero, options: { prior: 'normal' } });
    const penalty = methodLoss(fnp, given);
    assert.equal(still.penalty, penalty.penalty);
    const sum = methodLoss(fnp, { ...given, options: { reduction: 'sum' } });
    assert.ok(Math.abs(sum.penalty - 6 * penalty.penalty) < 1e-6 * sum.penalty);
  });

  test('AdaRand without intra and inter is RandReg-CP, bit for bit', () => {
    const plain = methodLoss(adarand, { ...given, options: { intra: false, inter: false }, seed: 3 });
    const cp = methodLoss(randreg, { ...given, options: { prior: 'class' }, seed: 3 });
    assert.equal(plain.penalty, cp.penalty);
    assert.deepEqual(plain.gradients, cp.gradients);
  });

  test("the length of a class mean does not enter AdaRand's objective, and its gradient is orthogonal to it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: K, maxLength: K }),
        (scales) => {
          const mean = data('mean');
          const scaled = Float64Array.from(mean, (m, i) => m * (scales[Math.floor(i / 6)] ?? 1));
          const at = (state: ArrayLike<number>) =>
            methodLoss(adarand, { ...given, state: { mean: state, runningMean: data('running') } });
          const [before, after] = [at(mean), at(scaled)];
          assert.ok(Math.abs((before.metrics.objective ?? 0) - (after.metrics.objective ?? 1)) < 1e-9);
          for (const row of rows(
            float32(
              [K, 6],
              Float32Array.from(scaled, (m, i) => m * (after.stateGradients.mean?.[i] ?? Number.NaN)),
            ),
          ))
            assert.ok(Math.abs(row.reduce((sum, product) => sum + product, 0)) < 1e-6);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('squared cosines repel by their mean over pairs in both published forms', () => {
    const inter = (options: object) => methodLoss(adarand, { ...given, options }).metrics.inter;
    const paper = inter({ distance: 'squaredCosine' });
    assert.ok(paper !== undefined && paper > 0);
    assert.equal(inter({ distance: 'squaredCosine', form: 'article' }), paper);
  });

  test("balanced, the pull on the features is a fixed share of the task's", () => {
    const head = { weight: rows(tensorOf(golden.inputs.mean)), bias: Array<number>(K).fill(0) };
    const logits = features.map((g) =>
      head.weight.map((w) => w.reduce((sum, x, j) => sum + x * (g[j] ?? 0), 0)),
    );
    const task = logits.map((row, i) => {
      const shares = row.map(Math.exp);
      const sum = shares.reduce((a, b) => a + b, 0);
      return shares.map((share, k) => (share / sum - Number(golden.labels[i] === k)) / features.length);
    });
    const gradient = task.flatMap((row) =>
      Array.from({ length: 6 }, (_, j) => row.reduce((sum, p, k) => sum + p * (head.weight[k]?.[j] ?? 0), 0)),
    );
    for (const reduction of ['mean', 'sum'] as const) {
      const options = { prior: 'normal', balance: 0.3, reduction };
      const { gradients } = methodLoss(randreg, {
        ...given,
        logits,
        head,
        options,
        lambdaScales: { features: 0.5, trainingTime: 1 },
      });
      const ratio = (0.5 * Math.hypot(...gradients.features)) / Math.hypot(...gradient);
      assert.ok(Math.abs(ratio - 0.3) < 1e-7, `${ratio}`);
    }
  });

  test('with their weight in units of the features, penalties do not depend on the unit of the features', () => {
    for (const [method, options] of [
      [fnp, {}],
      [fnp, { norm: 'l1' }],
      [randreg, { prior: 'uniform' }],
      [randreg, { prior: 'normal' }],
    ] as const) {
      const weighted = (scale: number) => {
        const larger = features.map((row) => row.map((g) => g * scale));
        const featureScale = 1 / scale ** 2;
        return (
          featureScale *
          methodLoss(method, {
            ...given,
            features: larger,
            options,
            lambdaScales: { features: featureScale, trainingTime: 1 },
          }).penalty
        );
      };
      assert.ok(
        Math.abs(weighted(5) - weighted(1)) < 1e-6 * weighted(1),
        `${method.name} ${JSON.stringify(options)}`,
      );
    }
  });

  test('one class has nothing to repel; absent classes keep their running mean', () => {
    const one = methodLoss(adarand, {
      features,
      labels: features.map(() => 0),
      classes: 1,
      statistics: {
        ...statistics,
        perClass: { mean: firstRow(statistics.perClass.mean), std: firstRow(statistics.perClass.std) },
      },
    });
    assert.equal(one.metrics.inter, 0);
    const { nextState } = methodLoss(adarand, { ...given, state: { runningMean: data('running') } });
    for (let k = 0; k < K; k++) {
      const row = (values: ArrayLike<number> | undefined) => Array.from(values ?? []).slice(6 * k, 6 * k + 6);
      const kept = row(nextState.runningMean).every((mean, j) => mean === row(data('running'))[j]);
      assert.equal(kept, !golden.labels.includes(k), `class ${k}`);
    }
  });

  test('permuting the classes permutes the priors', () => {
    const permutation = [2, 0, 3, 1];
    const permuted = (values: Float32Array) =>
      Float32Array.from(values, (_, i) => values[permutation.indexOf(Math.floor(i / 6)) * 6 + (i % 6)] ?? 0);
    const before = methodLoss(adarand, { ...given, noise: [data('normal')] });
    const after = methodLoss(adarand, {
      ...given,
      noise: [data('normal')],
      labels: golden.labels.map((label) => permutation[label] ?? 0),
      statistics: {
        ...statistics,
        perClass: {
          mean: float32([K, 6], permuted(statistics.perClass.mean.data)),
          std: float32([K, 6], permuted(statistics.perClass.std.data)),
        },
      },
    });
    assert.ok(Math.abs(before.penalty - after.penalty) < 1e-12);
    const expected = permuted(Float32Array.from(before.nextState.mean ?? []));
    assert.ok(worstError(Float32Array.from(after.nextState.mean ?? []), [...expected]) < 1e-6);
  });

  test('E ||g - z||^2 = ||g - mu||^2 + tr Sigma', () => {
    let sum = 0;
    const draws = 4000;
    for (let seed = 0; seed < draws; seed++)
      sum += methodLoss(randreg, { ...given, seed, options: { prior: 'uniform' } }).penalty;
    const centred =
      features.flat().reduce((total, g) => total + (g - 0.5) ** 2 + 1 / 12, 0) / features.flat().length;
    // The standard error over 4000 draws of a mean over 48 elements is about 0.001.
    assert.ok(Math.abs(sum / draws - centred) < 0.006, `${sum / draws} for ${centred}`);
  });
});

function formOptions(form: 'paper' | 'article' | 'squaredCosine'): object {
  if (form === 'squaredCosine') return { form: 'paper', distance: 'squaredCosine' };
  return { form };
}

function rows({ shape, data: flat }: Tensor<'float32'>): number[][] {
  const [count = 0, width = 0] = shape;
  return Array.from({ length: count }, (_, i) => [...flat.subarray(i * width, (i + 1) * width)]);
}

function firstRow({ shape, data: flat }: Tensor<'float32'>): Tensor<'float32'> {
  const [, width = 0] = shape;
  return float32([1, width], flat.slice(0, width));
}
