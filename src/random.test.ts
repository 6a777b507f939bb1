import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from './random.js';

test('Beta(a, a) is on [0, 1], with mean 1/2 and variance 1 / (4 (2a + 1))', () => {
  for (const a of [0.1, 0.5, 1, 2, 4]) {
    const random = new Random(1, 'test');
    const draws = Array.from({ length: 20_000 }, () => random.beta(a));
    assert.ok(draws.every((x) => x >= 0 && x <= 1));
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    const expected = 1 / (4 * (2 * a + 1));
    // Five standard errors of the mean; of the variance, whose fourth moment is at most that of two points.
    assert.ok(Math.abs(mean - 0.5) < 5 * Math.sqrt(expected / draws.length), `mean ${mean} for a = ${a}`);
    assert.ok(Math.abs(variance - expected) < 0.02 * expected + 0.001, `variance ${variance} for a = ${a}`);
  }
});
