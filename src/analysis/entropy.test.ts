import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { digamma } from '../../test/helpers/digamma.js';
import { Random } from '../random.js';
import { classEntropies } from './entropy.js';
import { featureNorms } from './feature-norms.js';
import { logGamma } from './special-functions.js';

interface Golden {
  n: number;
  d: number;
  features: number[];
  labels: number[];
  entropy: number;
  conditionalEntropy: number;
  mutualInformation: number;
  normOfMean: number;
  meanNorm: number;
  meanSquaredNorm: number;
}

const golden: Golden = JSON.parse(readFileSync('test/golden/analysis-entropy.json', 'utf8'));

function assertClose(actual: number, expected: number, tolerance: number, what = ''): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, not ${expected} +- ${tolerance}`);
}

test('entropies and norms agree with NumPy and SciPy', () => {
  const { n, d, labels } = golden;
  const features = Float32Array.from(golden.features);
  const entropies = classEntropies(features, labels, n, d);
  for (const key of ['entropy', 'conditionalEntropy', 'mutualInformation'] as const) {
    assertClose(entropies[key], golden[key], 1e-5, key);
  }
  const norms = featureNorms(features, n, d);
  for (const key of ['normOfMean', 'meanNorm', 'meanSquaredNorm'] as const) {
    assertClose(norms[key], golden[key], 1e-5, key);
  }
});

// E ln ||x - y|| of two standard normal vectors is ln 2 + psi(d / 2) / 2, so the estimate's expectation is known.
for (const [d, printed] of [
  [1, 1.4045],
  [2, 2.9538],
  [8, 12.97],
  [64, 110.8],
] as const) {
  test(`estimates a ${d}-dimensional Gaussian as expected`, () => {
    const logBall = (d / 2) * Math.log(Math.PI) - logGamma(d / 2 + 1);
    const expected = d * (Math.LN2 + digamma(d / 2) / 2) + 1 + logBall;
    assertClose(expected, printed, 0.05);
    const random = new Random(d, 'test');
    const n = 800;
    const features = Float32Array.from({ length: n * d }, () => random.normal());
    // The entropy of a sample's spread: d times the relative error of a standard deviation from n d numbers.
    const { entropy } = classEntropies(features, new Int32Array(n), n, d);
    assertClose(entropy, expected, 4 * d * Math.sqrt(1 / (2 * n * d)));
  });
}

const n = 12;
const d = 3;
const data = fc
  .uniqueArray(fc.integer({ min: -2000, max: 2000 }), { minLength: n * d, maxLength: n * d })
  .map((values) => values.map((value) => value / 100));
const labels = Array.from({ length: n }, (_, i) => i % 3);

test('invariances: shifts, order, scale', () => {
  fc.assert(
    fc.property(data, fc.integer({ min: 1, max: n - 1 }), (values, turn) => {
      const features = Float32Array.from(values);
      const base = classEntropies(features, labels, n, d);
      const shifted = classEntropies(
        features.map((v) => v + 1),
        labels,
        n,
        d,
      );
      assertClose(shifted.entropy, base.entropy, 1e-2, 'shift'); // float32 rounds the shifted values
      // Scaling by a adds d ln a to every entropy and nothing to the mutual information.
      const scaled = classEntropies(
        features.map((v) => v * 4),
        labels,
        n,
        d,
      );
      assertClose(scaled.entropy, base.entropy + d * Math.log(4), 1e-9, 'scale');
      assertClose(scaled.conditionalEntropy, base.conditionalEntropy + d * Math.log(4), 1e-9, 'scale');
      assertClose(scaled.mutualInformation, base.mutualInformation, 1e-9, 'scale');
      const turned = Float32Array.from([...values.slice(turn * d), ...values.slice(0, turn * d)]);
      const turnedLabels = [...labels.slice(turn), ...labels.slice(0, turn)];
      assertClose(
        classEntropies(turned, turnedLabels, n, d).mutualInformation,
        base.mutualInformation,
        1e-9,
        'order',
      );
      const renamed = classEntropies(
        features,
        labels.map((label) => 10 - label),
        n,
        d,
      );
      assertClose(renamed.mutualInformation, base.mutualInformation, 1e-12, 'class names');
      const one = classEntropies(features, new Array(n).fill(0), n, d);
      assertClose(one.mutualInformation, 0, 1e-9, 'one class');
    }),
    { numRuns: 50 },
  );
});

test('far classes carry much information; duplicates stay finite; lone classes have no entropy', () => {
  const near = Float32Array.of(0, 0.1, 0.2, 100, 100.1, 100.2);
  assert.ok(classEntropies(near, [0, 0, 0, 1, 1, 1], 6, 1).mutualInformation > 3);
  assert.ok(Number.isFinite(classEntropies(new Float32Array(8), [0, 0, 0, 0], 4, 2).entropy));
  assert.ok(Number.isNaN(classEntropies(near, [0, 1, 2, 3, 4, 5], 6, 1).conditionalEntropy));
});

test('norms are ordered as Jensen says, and equal for equal features', () => {
  fc.assert(
    fc.property(data, (values) => {
      const { normOfMean, meanNorm, meanSquaredNorm } = featureNorms(Float32Array.from(values), n, d);
      assert.ok(normOfMean <= meanNorm + 1e-9 && meanNorm <= Math.sqrt(meanSquaredNorm) + 1e-9);
    }),
  );
  assert.deepEqual(featureNorms(Float32Array.of(3, 4, 3, 4), 2, 2), {
    normOfMean: 5,
    meanNorm: 5,
    meanSquaredNorm: 25,
  });
});
