import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32 } from '../src/graph/tensor.js';
import { methodLoss } from '../src/index.js';
import ownMethod from './own-method.js';

test("the example's penalty is the mean square distance to the classes' centres", () => {
  const mean = float32([2, 2], [0, 0, 1, 1]);
  const overall = { mean: float32([2], [0, 0]), std: float32([2], [1, 1]) };
  const { penalty, gradients } = methodLoss(ownMethod, {
    features: [
      [1, 2],
      [3, 1],
    ],
    labels: [0, 1],
    classes: 2,
    statistics: { perClass: { mean, std: mean }, overall, meanSquare: 1 },
  });
  assert.equal(penalty, (1 + 4 + 4 + 0) / 4);
  assert.deepEqual([...gradients.features], [0.5, 1, 1, 0]);
});
