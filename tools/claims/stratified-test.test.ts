import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { pairedTest } from '../../src/analysis/paired-test.js';
import { studentQuantile } from '../../src/analysis/special-functions.js';
import { sampleStandardDeviation } from '../../src/analysis/statistics.js';
import { Random } from '../../src/random.js';
import { readGolden } from '../../test/helpers/golden.js';
import { type StratifiedTest, stratifiedTest, valuesNeeded } from './stratified-test.js';

const close = (actual: number | undefined, expected: number, tolerance = 1e-10) => {
  assert.ok(actual !== undefined);
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual}, not ${expected}`,
  );
};

const number = fc.integer({ min: -1000, max: 1000 }).map((value) => value / 8);
/** With a spread. */
const values = fc
  .array(number, { minLength: 2, maxLength: 6 })
  .filter((stratum) => new Set(stratum).size > 1);
const strata = fc.array(values, { minLength: 1, maxLength: 5 });

function assertAlike(actual: StratifiedTest, expected: StratifiedTest, factor = 1, shift = 0): void {
  close(actual.mean, factor * expected.mean + shift, 1e-9);
  close(actual.halfWidth, Math.abs(factor) * expected.halfWidth, 1e-9);
  close(actual.p, expected.p ?? Number.NaN, 1e-9);
}

test('two strata are tested as Welch has it, by SciPy', () => {
  const golden = readGolden(
    'claims-welch',
    z.array(
      z.object({
        ...{ a: z.array(z.number()), b: z.array(z.number()), against: z.number() },
        ...{ p: z.number(), low: z.number(), high: z.number() },
      }),
    ),
  );
  for (const { a, b, against, p, low, high } of golden) {
    const found = stratifiedTest([a, b], against);
    close(found.p, p);
    close(found.low, low);
    close(found.high, high);
  }
  assert.equal(golden.length, 4);
});

test("one stratum is Student's paired test", () => {
  fc.assert(
    fc.property(values, number, (stratum, against) => {
      const student = pairedTest(
        stratum,
        stratum.map(() => against),
      );
      const found = stratifiedTest([stratum], against);
      close(found.p, student.p ?? Number.NaN, 1e-9);
      close(found.halfWidth, student.halfWidth, 1e-9);
    }),
  );
});

test('strata of one spread and size have its degrees of freedom in all', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 6 }), (stratum, count) => {
      const n = stratum.length;
      const found = stratifiedTest(Array.from({ length: count }, () => stratum));
      const error = sampleStandardDeviation(stratum) / Math.sqrt(n * count);
      close(found.halfWidth, studentQuantile(0.975, count * (n - 1)) * error, 1e-9);
    }),
  );
});

test('order, unit and origin do not matter', () => {
  fc.assert(
    fc.property(strata, number, fc.constantFrom(-2, 0.5, 8), number, (all, against, factor, shift) => {
      const expected = stratifiedTest(all, against);
      assertAlike(stratifiedTest(all.map((one) => one.toReversed()).toReversed(), against), expected);
      const changed = all.map((one) => one.map((value) => factor * value + shift));
      assertAlike(stratifiedTest(changed, factor * against + shift), expected, factor, shift);
    }),
  );
});

test('without a spread nothing is told', () => {
  for (const all of [
    [[1]],
    [[1, 2], [3]],
    [
      [2, 2, 2],
      [2, 2],
    ],
  ]) {
    const { p, halfWidth } = stratifiedTest(all);
    assert.deepEqual([p, halfWidth], [undefined, Infinity], JSON.stringify(all));
  }
  // A stratum without a spread beside others with one is what they are compared with.
  assert.ok(
    (stratifiedTest([
      [1, 2, 3],
      [5, 5, 5],
    ]).p ?? 1) < 0.01,
  );
});

test('what is not there is found in 5 of 100 cases, whatever the spreads', () => {
  const random = new Random(3, 'test');
  const draw = (n: number, std: number) => Array.from({ length: n }, () => std * random.normal());
  let found = 0;
  const trials = 4000;
  for (let i = 0; i < trials; i++)
    found += Number((stratifiedTest([draw(5, 1), draw(5, 3), draw(4, 0.5), draw(5, 1)]).p ?? 1) < 0.05);
  // Four standard errors on either side.
  assert.ok(Math.abs(found / trials - 0.05) < 0.014, `${found / trials}`);
});

test('the values that an interval takes are the fewest', () => {
  const width = (deviations: readonly number[], n: number) => {
    // Values with just these deviations.
    const unit = Array.from({ length: n }, (_, i) => i - (n - 1) / 2);
    const own = sampleStandardDeviation(unit);
    return stratifiedTest(deviations.map((std) => unit.map((value) => (value * std) / own))).halfWidth;
  };
  const deviations = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(deviations, fc.double({ min: 0.5, max: 5, noNaN: true }), (stds, halfWidth) => {
      const n = valuesNeeded(stds, halfWidth);
      assert.ok(width(stds, n) <= halfWidth * (1 + 1e-9), 'enough');
      assert.ok(n === 2 || width(stds, n - 1) > halfWidth * (1 - 1e-9), 'fewest');
    }),
    { numRuns: 60 },
  );
  // By tables of Student's t: t_9 1 / sqrt(10) = 0.715, t_8 1 / 3 = 0.769.
  assert.equal(valuesNeeded([1], 0.72), 10);
});
