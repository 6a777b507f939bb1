import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { digamma } from '../../test/helpers/digamma.js';
import { incompleteBeta, logGamma, studentQuantile } from './special-functions.js';
import { mean, meanAndSpread, median, pairedDifference, quantile, wilsonInterval } from './statistics.js';

interface Golden {
  logGamma: [x: number, value: number][];
  digamma: [x: number, value: number][];
  incompleteBeta: [x: number, a: number, b: number, value: number][];
  studentQuantile: [probability: number, degrees: number, value: number][];
  quantile: [fraction: number, value: number][];
  paired: { a: number[]; b: number[]; mean: number; std: number; low: number; high: number };
  wilson: [correct: number, total: number, low: number, high: number][];
}

const golden: Golden = JSON.parse(readFileSync('test/golden/analysis-statistics.json', 'utf8'));

function assertClose(actual: number, expected: number, tolerance = 1e-12, what = ''): void {
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  assert.ok(error <= tolerance, `${what}: ${actual}, not ${expected}`);
}

test('special functions agree with SciPy', () => {
  for (const [x, value] of golden.logGamma) assertClose(logGamma(x), value, 1e-13, `logGamma(${x})`);
  for (const [x, value] of golden.digamma) assertClose(digamma(x), value, 1e-13, `digamma(${x})`);
  for (const [x, a, b, value] of golden.incompleteBeta) {
    assertClose(incompleteBeta(x, a, b), value, 1e-12, `I_${x}(${a}, ${b})`);
  }
  for (const [probability, degrees, value] of golden.studentQuantile) {
    const tolerance = degrees <= 10_000 ? 1e-12 : 1e-11;
    assertClose(studentQuantile(probability, degrees), value, tolerance, `t_${degrees}(${probability})`);
    assertClose(studentQuantile(1 - probability, degrees), -value, tolerance);
  }
});

test('descriptive statistics', () => {
  const { paired } = golden;
  for (const [fraction, value] of golden.quantile) assertClose(quantile(paired.a, fraction), value);
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.deepEqual(meanAndSpread([1, 2, 3, 4]), { mean: 2.5, std: Math.sqrt(5 / 3), n: 4 });
  assert.deepEqual(meanAndSpread([7]), { mean: 7, std: NaN, n: 1 });
  assert.throws(() => mean([]));
});

test('paired differences have the interval of the t test', () => {
  const { a, b, ...expected } = golden.paired;
  const actual = pairedDifference(a, b);
  for (const key of ['mean', 'std', 'low', 'high'] as const)
    assertClose(actual[key], expected[key], 1e-10, key);
  const single = pairedDifference([2], [1]);
  assert.deepEqual([single.mean, single.low, single.high], [1, -Infinity, Infinity]);
});

test("Wilson's interval", () => {
  for (const [correct, total, low, high] of golden.wilson) {
    const interval = wilsonInterval(correct, total);
    assertClose(interval.low, low);
    assertClose(interval.high, high);
  }
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (total, rate) => {
        const correct = Math.round(rate * total);
        const { low, high } = wilsonInterval(correct, total);
        assert.ok(0 <= low && low <= correct / total + 1e-12 && correct / total <= high + 1e-12 && high <= 1);
        const mirrored = wilsonInterval(total - correct, total);
        assertClose(mirrored.low, 1 - high);
      },
    ),
  );
});
