import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGolden } from '../test/helpers/golden.js';
import { randomSchema } from '../test/helpers/golden-schemas.js';
import { at } from './errors.js';
import { Random } from './random.js';

for (const { seed, purpose, counters, ...golden } of readGolden('random', randomSchema).streams)
  test(`the stream ${purpose} [${counters}] of seed ${seed} is what it always was`, () => {
    const stream = () => new Random(seed, purpose, ...counters);
    const first = (count: number, draw: () => number) => Array.from({ length: count }, draw);
    const [words, uniforms, belows, normals] = [stream(), stream(), stream(), stream()];
    assert.deepEqual(
      first(golden.uint32.length, () => words.uint32()),
      golden.uint32,
    );
    assert.deepEqual(
      first(golden.uniform.length, () => uniforms.uniform()),
      golden.uniform,
    );
    assert.deepEqual(
      golden.below.bounds.map((bound) => belows.below(bound)),
      golden.below.values,
    );
    assert.deepEqual(stream().shuffle([...golden.shuffle.keys()]), golden.shuffle);
    assertClose(
      first(golden.normal.length, () => normals.normal()),
      golden.normal,
    );
    for (const { a, values } of golden.beta) {
      const betas = stream();
      // x is drawn as exp(ln x), whose relative error is ln x's absolute one.
      const tolerance = (x: number) => 1e-15 * (1 + Math.abs(Math.log(x)));
      const actual = first(values.length, () => betas.beta(a));
      assertClose(actual, values, tolerance);
    }
  });

/** To the rounding of logarithms and cosines, which differ between mathematical libraries in the last bit. */
function assertClose(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: (value: number) => number = () => 1e-15,
): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    const wanted = at(expected, i);
    const error = Math.abs(value - wanted) / Math.abs(wanted);
    assert.ok(error <= tolerance(wanted), `${value} instead of ${wanted}: ${error}`);
  });
}

test('Beta(a, a) is on [0, 1], with mean 1/2 and variance 1 / (4 (2a + 1))', () => {
  for (const a of [0.1, 0.5, 1, 2, 4, 4.5, 12, 300]) {
    const random = new Random(1, 'test');
    const draws = Array.from({ length: 20_000 }, () => random.beta(a));
    assert.ok(draws.every((x) => x >= 0 && x <= 1));
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    const expected = 1 / (4 * (2 * a + 1));
    // Five standard errors of the mean; of the variance, whose fourth moment is at most that of two points.
    assert.ok(Math.abs(mean - 0.5) < 5 * Math.sqrt(expected / draws.length), `mean ${mean} for a = ${a}`);
    assert.ok(Math.abs(variance - expected) < 0.06 * expected, `variance ${variance} for a = ${a}`);
  }
});
