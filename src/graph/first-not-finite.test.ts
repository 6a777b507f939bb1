import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { firstNotFinite } from './first-not-finite.js';

test('the first element that is not finite', () => {
  assert.equal(firstNotFinite(new Float32Array()), -1);
  assert.equal(firstNotFinite(Float32Array.of(-0, 3e38, -3e38, 1e-45)), -1);
  assert.equal(firstNotFinite(Float32Array.of(0, Number.NaN, Number.POSITIVE_INFINITY)), 1);
  fc.assert(
    fc.property(fc.float32Array(), (data) => {
      assert.equal(
        firstNotFinite(data),
        data.findIndex((element) => !Number.isFinite(element)),
      );
    }),
  );
});
