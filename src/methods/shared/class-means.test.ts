import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32 } from '../../graph/tensor.js';
import { classMeans } from './class-means.js';

test('means per class, in class order; classes without images are left out', () => {
  const features = float32([4, 2], [1, 2, 3, 4, 5, 6, -2, 8]);
  const means = classMeans({ features, labels: Int32Array.of(3, 0, 3, 3) }, 5);
  assert.deepEqual(
    [...means].map(([label, mean]) => [label, ...mean]),
    [
      [0, 3, 4],
      [3, 4 / 3, 16 / 3],
    ],
  );
});

test('sums are kept in double precision', () => {
  const count = 2 ** 12;
  const features = float32([count, 1], new Float32Array(count).fill(0.1).fill(2 ** 24, 0, 1));
  const mean = classMeans({ features, labels: new Int32Array(count) }, 1).get(0);
  const expected = (2 ** 24 + (count - 1) * Math.fround(0.1)) / count;
  assert.ok(Math.abs((mean?.[0] ?? 0) - expected) < 1e-9);
});
