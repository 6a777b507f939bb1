import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelsOf } from './levels.js';

const step = (width: number) => Math.fround(width / 255);

test('levels cover a range, and 0', () => {
  assert.deepEqual(levelsOf({ low: 0, high: 6 }), { scale: step(6), zeroPoint: 0 });
  assert.deepEqual(levelsOf({ low: -1, high: 3 }), { scale: step(4), zeroPoint: 64 });
  assert.deepEqual(levelsOf({ low: 2, high: 5.1 }), { scale: step(5.1), zeroPoint: 0 });
  assert.deepEqual(levelsOf({ low: -5.1, high: -2 }), { scale: step(5.1), zeroPoint: 255 });
});

test('a range without width has levels, too', () => {
  assert.deepEqual(levelsOf({ low: 0, high: 0 }), { scale: 1, zeroPoint: 0 });
  assert.deepEqual(levelsOf({ low: -3, high: -3 }), { scale: step(3), zeroPoint: 255 });
  const { scale } = levelsOf({ low: 0, high: 1e-40 });
  assert.ok(scale > 0 && Math.fround(scale * scale) > 0);
});

test('what is not finite has none', () => {
  for (const range of [
    { low: Number.NaN, high: 1 },
    { low: 0, high: Number.POSITIVE_INFINITY },
    { low: Number.NEGATIVE_INFINITY, high: 0 },
  ])
    assert.throws(() => levelsOf(range), { name: 'AdarandError', code: 'export.not-finite' });
});
