import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { mul } from '../graph/ops.js';
import { bound, defineMethod } from '../methods/method.js';
import { mean } from '../nn/functional.js';
import { methodLoss } from './method-loss.js';

test('arrays are in double precision, the numbers of a formula in float32', () => {
  const method = defineMethod({
    name: 'tenth',
    title: 'A tenth of the mean',
    paper: 'a test',
    formula: '0.1 mean g',
    options: z.strictObject({}),
    defaultLambda: 1,
    lambdaUnit: 'none',
    bind: () =>
      bound({ needs: ['features'], loss: ({ features }) => ({ penalty: mul(mean(features), 0.1) }) }),
  });
  const features = [[1 / 3, 0.7]];
  const expected = (1 / 3 + 0.7) / 2;
  const { penalty, gradients } = methodLoss(method, { features, labels: [0], classes: 1 });
  assert.ok(Math.abs(penalty / (Math.fround(0.1) * expected) - 1) < 1e-15, `${penalty}`);
  assert.ok(Math.abs(penalty / (0.1 * expected) - 1) < 6e-8, `${penalty}`);
  assert.deepEqual([...gradients.features], [Math.fround(0.1) / 2, Math.fround(0.1) / 2]);
});
