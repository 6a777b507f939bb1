import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { at } from '../errors.js';
import { Random } from '../random.js';
import { type PrincipalComponents, principalComponents } from './pca.js';

interface Golden {
  n: number;
  d: number;
  k: number;
  features: number[];
  components: number[];
  projections: number[];
  explainedVarianceRatio: number[];
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(
      Math.abs(at(actual, i) - at(expected, i)) <= tolerance,
      `[${i}]: ${actual[i]}, not ${expected[i]}`,
    );
  }
}

const goldens: Golden[] = JSON.parse(readFileSync('test/golden/analysis-pca.json', 'utf8'));
for (const golden of goldens) {
  test(`agrees with NumPy's singular vectors on [${golden.n}, ${golden.d}]`, () => {
    const { n, d, k } = golden;
    const result = principalComponents(Float32Array.from(golden.features), n, d, k);
    assertClose(result.components, golden.components, 1e-8);
    assertClose(result.projections, golden.projections, 1e-7);
    assertClose(result.explainedVarianceRatio, golden.explainedVarianceRatio, 1e-10);
  });
}

function gaussian(n: number, d: number, scale: (j: number) => number, seed = 1): Float32Array {
  const random = new Random(seed, 'test');
  return Float32Array.from({ length: n * d }, (_, i) => random.normal() * scale(i % d));
}

function orthonormalRows({ components }: PrincipalComponents, k: number, d: number): void {
  for (let a = 0; a < k; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = 0;
      for (let j = 0; j < d; j++) dot += at(components, a * d + j) * at(components, b * d + j);
      assert.ok(Math.abs(dot - (a === b ? 1 : 0)) < 1e-9, `component ${a} . ${b} = ${dot}`);
    }
  }
}

test('equal variances, few samples and no variance at all still give orthonormal components', () => {
  const square = principalComponents(Float32Array.of(1, 0, 0, 1, -1, 0, 0, -1), 4, 2);
  orthonormalRows(square, 2, 2);
  assertClose(square.explainedVarianceRatio, [0.5, 0.5], 1e-12);
  for (const n of [1, 2])
    orthonormalRows(
      principalComponents(
        gaussian(n, 9, () => 1),
        n,
        9,
      ),
      2,
      9,
    );
  const constant = principalComponents(new Float32Array(12).fill(3), 4, 3);
  orthonormalRows(constant, 2, 3);
  assert.deepEqual(constant.explainedVarianceRatio, [0, 0]);
  assertClose(constant.projections, new Float64Array(8), 0);
});

test('identical rows have no variance, whatever their mean rounds to', () => {
  for (const n of [3, 7, 49]) {
    const row = [0.1, 1 / 3, -1e6 - 0.7, 123.456];
    const features = Float32Array.from({ length: 4 * n }, (_, i) => at(row, i % 4));
    const result = principalComponents(features, n, 4);
    assert.deepEqual(result.explainedVarianceRatio, [0, 0]);
    assertClose(result.projections, new Float64Array(2 * n), 0);
    assert.deepEqual([...result.mean], [...features.subarray(0, 4)]);
    orthonormalRows(result, 2, 4);
  }
});

test('moving the data moves the mean only; projections have the promised variance', () => {
  const n = 50;
  const d = 20;
  const features = gaussian(n, d, (j) => 0.8 ** j);
  const result = principalComponents(features, n, d);
  const moved = principalComponents(
    features.map((value) => value + 4),
    n,
    d,
  );
  assertClose(moved.components, result.components, 1e-5); // float32 rounds the moved data
  assertClose(
    moved.mean,
    result.mean.map((value) => value + 4),
    1e-5,
  );
  let total = 0;
  features.forEach((value, i) => {
    total += (value - at(result.mean, i % d)) ** 2;
  });
  for (const c of [0, 1]) {
    let variance = 0;
    for (let i = 0; i < n; i++) variance += at(result.projections, i * 2 + c) ** 2;
    assert.ok(Math.abs(variance / total - at(result.explainedVarianceRatio, c)) < 1e-10);
  }
});

test('of as many features as a network has, the axes are orthonormal', () => {
  const features = gaussian(400, 512, (j) => 1 / (1 + j / 20));
  orthonormalRows(principalComponents(features, 400, 512), 2, 512);
});

test('a few cycles find the plane where there is one, and nearly the largest variance where there is none', () => {
  const [n, d] = [200, 80];
  const ratioOf = (features: Float32Array, cycles?: number) => {
    const found = principalComponents(features, n, d, 2, cycles);
    orthonormalRows(found, 2, d);
    return found.explainedVarianceRatio.reduce((sum, ratio) => sum + ratio, 0);
  };
  const falling = gaussian(n, d, (j) => 1 / (1 + j));
  assert.ok(Math.abs(ratioOf(falling, 3) / ratioOf(falling) - 1) < 1e-9);
  const flat = gaussian(n, d, () => 1);
  const exact = ratioOf(flat);
  assert.ok(ratioOf(flat, 3) > 0.95 * exact && ratioOf(flat, 3) <= exact + 1e-12);
  assert.ok(ratioOf(flat, 1) < ratioOf(flat, 3), 'it ends after the cycles that were asked for');
});
