import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../random.js';
import { heNormal, type Initializer, normal, one, truncatedNormal, zero } from './initializers.js';
import { samePadding } from './padding.js';

const shape = [40, 30, 3, 3];
const fanOut = 40 * 9;

/** Variance of a standard normal cut at two standard deviations: 1 - 4 phi(2) / (2 Phi(2) - 1). */
const TRUNCATED_VARIANCE = 0.7737;

const variances: readonly (readonly [string, Initializer, number])[] = [
  ['normal', normal(0.01), 1e-4],
  ['truncatedNormal', truncatedNormal(0.02), 4e-4 * TRUNCATED_VARIANCE],
  ['heNormal', heNormal, 2 / fanOut],
];

for (const [name, initializer, variance] of variances)
  test(`${name}: mean 0 and its variance`, () => {
    const values = initializer(shape, new Random(7, 'weights', 0));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    assert.ok(Math.abs(mean) < 4 * Math.sqrt(variance / values.length), `mean ${mean}`);
    // Four standard errors of a normal's variance; the others' are smaller.
    assert.ok(Math.abs(spread / variance - 1) < 4 * Math.sqrt(2 / values.length), `variance ${spread}`);
  });

test('truncatedNormal keeps within two standard deviations', () => {
  const values = truncatedNormal(0.02)([5000], new Random(1, 'weights', 0));
  assert.ok(values.every((value) => Math.abs(value) <= Math.fround(0.04)));
});

test('zero and one fill', () => {
  const random = new Random(1, 'weights', 0);
  assert.deepEqual([...zero([2, 2], random)], [0, 0, 0, 0]);
  assert.deepEqual([...one([3], random)], [1, 1, 1]);
});

test('samePadding gives ceil(size / stride) outputs, an odd element after', () => {
  const small = fc.integer({ min: 1, max: 7 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), small, small, small, (size, kernel, stride, dilation) => {
      const [before, after] = samePadding(size, kernel, stride, dilation);
      const outputs = Math.floor((size + before + after - (kernel - 1) * dilation - 1) / stride) + 1;
      assert.equal(outputs, Math.ceil(size / stride));
      assert.ok(after - before === 0 || after - before === 1);
      assert.deepEqual(samePadding(size, kernel, stride, dilation, 'before'), [after, before]);
    }),
  );
  assert.deepEqual(samePadding(224, 3, 2), [0, 1]);
  assert.deepEqual(samePadding(225, 3, 2), [1, 1]);
});
