import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { bootstrapInterval } from './bootstrap.js';
import { friedman } from './friedman.js';
import { holm } from './holm.js';
import { criticalDifference, rangeQuantile } from './nemenyi.js';
import { pairedTest, pairsNeeded } from './paired-test.js';
import { chiSquareTail, incompleteGammaTail, normalTail, studentTails } from './special-functions.js';

interface Golden {
  studentTails: [t: number, degrees: number, value: number][];
  chiSquareTail: [x: number, degrees: number, value: number][];
  normalTail: [z: number, value: number][];
  incompleteGammaTail: [a: number, x: number, value: number][];
  paired: { a: number[]; b: number[]; p: number }[];
  pairsNeeded: [effect: number, pairs: number][];
  holm: { p: number[]; adjusted: number[] };
  bootstrap: { values: number[]; low: number; high: number }[];
  friedman: { scores: number[][]; ranks: number[]; statistic: number; p: number }[];
  range: [k: number, q: number][];
}

const golden: Golden = JSON.parse(readFileSync('test/golden/analysis-comparisons.json', 'utf8'));

function assertClose(actual: number | undefined, expected: number, tolerance = 1e-12, what = ''): void {
  assert.ok(actual !== undefined);
  const error = Math.abs(actual - expected) / Math.max(1e-30, Math.abs(expected));
  assert.ok(error <= tolerance, `${what}: ${actual}, not ${expected}`);
}

test('tails of distributions agree with SciPy, relative to their size', () => {
  for (const [t, degrees, value] of golden.studentTails)
    assertClose(studentTails(t, degrees), value, 1e-12, `t_${degrees} beyond ${t}`);
  for (const [x, degrees, value] of golden.chiSquareTail)
    assertClose(chiSquareTail(x, degrees), value, 1e-12, `chi2_${degrees} beyond ${x}`);
  for (const [z, value] of golden.normalTail) assertClose(normalTail(z), value, 1e-12, `normal beyond ${z}`);
  for (const [a, x, value] of golden.incompleteGammaTail)
    assertClose(incompleteGammaTail(a, x), value, 1e-12, `Q(${a}, ${x})`);
});

test('the paired t test has the p value of SciPy; equal differences say nothing', () => {
  for (const { a, b, p } of golden.paired) assertClose(pairedTest(a, b).p, p, 1e-9);
  assert.equal(pairedTest([1], [2]).p, undefined);
  assert.equal(pairedTest([51, 61, 71], [50, 60, 70]).p, undefined);
  assert.equal(pairedTest([0.3, 0.6], [0.1, 0.4]).p, undefined, 'equal but for rounding');
});

test('pairs that are needed are those of the exact power, within one', () => {
  for (const [effect, pairs] of golden.pairsNeeded)
    assert.ok(Math.abs(pairsNeeded({ mean: effect, std: 1 }) - Math.ceil(pairs)) <= 1, `${effect}: ${pairs}`);
  assert.equal(pairsNeeded({ mean: 0, std: 1 }), Infinity);
});

test("Holm's p values agree with statsmodels, keep the order, and one test needs no correction", () => {
  holm(golden.holm.p).forEach((p, i) => {
    assertClose(p, golden.holm.adjusted[i] ?? Number.NaN);
  });
  assert.deepEqual(holm([0.03]), [0.03]);
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (p) => {
      const adjusted = holm(p);
      p.forEach((one, i) => {
        assert.ok((adjusted[i] ?? 0) >= one && (adjusted[i] ?? 2) <= Math.min(1, p.length * one) + 1e-12);
      });
    }),
  );
});

test('the bootstrap of few values is that of all resamples; of many, near the t interval', () => {
  for (const { values, low, high } of golden.bootstrap) {
    const interval = bootstrapInterval(values);
    assertClose(interval[0], low, 1e-12);
    assertClose(interval[1], high, 1e-12);
  }
  const values = Array.from({ length: 40 }, (_, i) => Math.sin(i * i));
  assert.deepEqual(bootstrapInterval(values), bootstrapInterval(values));
  const { low, high } = pairedTest(values, new Float64Array(40));
  const interval = bootstrapInterval(values);
  assert.ok(Math.abs(interval[0] - low) < 0.05 && Math.abs(interval[1] - high) < 0.05, `${interval}`);
});

test('ranks and the Friedman test agree with SciPy, with ties, too', () => {
  for (const { scores, ranks, statistic, p } of golden.friedman) {
    const result = friedman(scores);
    ranks.forEach((rank, i) => {
      assertClose(result.meanRanks[i], rank);
    });
    assertClose(result.statistic, statistic, 1e-10);
    assertClose(result.p, p, 1e-10);
  }
  const tied = friedman([
    [1, 1],
    [2, 2],
  ]);
  assert.deepEqual(tied, { meanRanks: [1.5, 1.5], statistic: 0, p: 1 });
});

test("critical differences are those of Demšar's table 5, and of his example", () => {
  for (const [k, q] of golden.range) assertClose(rangeQuantile(k, 0.95), q, 1e-6, `q of ${k}`);
  const table = [1.96, 2.343, 2.569, 2.728, 2.85, 2.949, 3.031, 3.102, 3.164];
  table.forEach((q, i) => {
    // The table's last digits are cut off, not rounded.
    assertClose(rangeQuantile(i + 2, 0.95) / Math.SQRT2, q, 4e-4, `q of ${i + 2}`);
  });
  // Four classifiers on fourteen datasets: 2.569 sqrt(4 * 5 / (6 * 14)) = 1.25.
  assert.equal(criticalDifference(4, 14).toFixed(2), '1.25');
});
