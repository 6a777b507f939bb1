import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGolden } from './golden.js';
import { optimizersSchema } from './golden-schemas.js';
import { dotWithSigns, lcg, tensorOf } from './lcg.js';

test('lcg follows its definition in exact arithmetic', () => {
  let state = 2n ** 32n - 5n;
  const values = lcg(2 ** 32 - 5, 1000);
  for (const value of values) {
    state = (state * 1664525n + 1013904223n) % 2n ** 32n;
    assert.equal(value, Math.fround((Number(state) / 2 ** 32) * 2 - 1));
  }
});

test('lcg gives the numbers that oracle/lcg.py prints', () => {
  assert.deepEqual([...lcg(12345, 3)], [-0.9591946005821228, -0.9669042825698853, 0.08631158620119095]);
});

test('a recipe scales and shifts in float64 and rounds once', () => {
  const { data } = tensorOf({ shape: [2, 3], seed: 7, scale: Math.sqrt(6 / 27), offset: 0.3 });
  const expected = [...lcg(7, 6)].map((value) => Math.fround(0.3 + Math.sqrt(6 / 27) * value));
  assert.deepEqual([...data], expected);
});

test('dotWithSigns sums with the signs of the stream', () => {
  const data = Float32Array.from([1, 2, 4]); // the stream of 12345 begins -, -, +
  assert.equal(dotWithSigns(data, 12345), 4 - 1 - 2);
});

test('recipes mean the same numbers here as in Python: plain SGD retraced', () => {
  const golden = readGolden('optimizers', optimizersSchema);
  const gradients = tensorOf(golden.gradients).data;
  const vector = [...tensorOf(golden.initial).data];
  const trajectory = golden.optimizers.find(({ name }) => name === 'sgd')?.trajectory ?? [];
  assert.equal(trajectory.length, 20);
  for (const [step, expected] of trajectory.entries()) {
    for (const [i, value] of expected.entries()) {
      vector[i] = (vector[i] ?? 0) - 0.1 * (gradients[step * expected.length + i] ?? 0);
      assert.ok(Math.abs((vector[i] ?? 0) - value) < 1e-11);
    }
  }
});
