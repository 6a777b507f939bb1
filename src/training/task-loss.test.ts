import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { recipeSchema } from '../../test/helpers/golden-schemas.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { worstError } from '../../test/helpers/samples.js';
import { gradients } from '../autodiff/gradients.js';
import { at } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { input } from '../graph/value.js';
import { inverseFrequencies, isPlain, type TaskLossOptions, taskLossOf } from './task-loss.js';

const numbers = z.array(z.number());
const golden = readGolden(
  'task-loss',
  z.object({
    cases: z.array(
      z.object({
        logits: recipeSchema,
        smoothing: z.number(),
        weights: numbers.nullable(),
        shares: z.array(numbers),
        loss: z.number(),
        gradient: numbers,
      }),
    ),
  }),
);

/** Loss and gradient of logits [B, K], in double precision. */
function evaluated(logits: Float64Array, shares: readonly number[][], options: TaskLossOptions) {
  const type = { dtype: 'float32', shape: [shares.length, at(shares, 0).length] } as const;
  const given = input('logits', type);
  const loss = taskLossOf(given, input('shares', type), options);
  const feeds = new Map([
    ['logits', logits],
    ['shares', Float64Array.from(shares.flat())],
  ]);
  const [value, gradient] = interpret([loss, at(gradients(loss, [given]), 0)], feeds);
  return { loss: at(value ?? [], 0), gradient: [...(gradient ?? [])] };
}

for (const { logits, smoothing, weights, shares, loss, gradient } of golden.cases)
  test(`smoothing ${smoothing}, ${weights === null ? 'no weights' : 'weights'}, shares ${shares[0]}: PyTorch's loss and gradient`, () => {
    const options = { labelSmoothing: smoothing, classWeights: weights ?? undefined };
    const given = Float64Array.from(tensorOf(logits).data, (value) => 2 * value);
    const result = evaluated(given, shares, options);
    // The constants of a graph are float32.
    assert.ok(worstError([result.loss], [loss]) < 1e-7, `${result.loss} for ${loss}`);
    assert.ok(worstError(result.gradient, gradient) < 1e-7);
  });

test('the gradient is that of finite differences', () => {
  const shares = [
    [0, 1, 0],
    [0.3, 0, 0.7],
  ];
  const options = { labelSmoothing: 0.15, classWeights: [0.5, 1, 2] };
  const logits = Float64Array.of(0.3, -1, 2, 0.1, 0.2, -0.4);
  const { gradient } = evaluated(logits, shares, options);
  const differences = Array.from(logits, (value, i) => {
    const lossAt = (x: number) => evaluated(logits.with(i, x), shares, options).loss;
    return (lossAt(value + 1e-5) - lossAt(value - 1e-5)) / 2e-5;
  });
  assert.ok(worstError(gradient, differences) < 1e-8);
});

test('where all logits are equal, smoothing changes nothing, and at its minimum the softmax is the smoothed label', () => {
  const flat = evaluated(new Float64Array(4), [[0, 0, 1, 0]], { labelSmoothing: 0.4 });
  assert.ok(Math.abs(flat.loss - Math.log(4)) < 1e-7);
  const minimum = Float64Array.of(0.1, 0.1, 0.7, 0.1).map(Math.log);
  const { gradient } = evaluated(minimum, [[0, 0, 1, 0]], { labelSmoothing: 0.4 });
  assert.ok(gradient.every((slope) => Math.abs(slope) < 1e-7));
});

test('weights of classes are inverse frequencies with mean 1 over the images', () => {
  const counts = [10, 5, 1];
  const weights = inverseFrequencies(counts);
  assert.deepEqual(
    weights.map((weight, i) => weight * at(counts, i)),
    [16 / 3, 16 / 3, 16 / 3],
  );
  assert.equal(weights.reduce((sum, weight, i) => sum + weight * at(counts, i), 0) / 16, 1);
  assert.deepEqual(inverseFrequencies([7, 7]), [1, 1]);
});

test('plain is what changes nothing', () => {
  assert.ok(isPlain({}));
  assert.ok(isPlain({ labelSmoothing: 0, classWeights: undefined }));
  assert.ok(!isPlain({ labelSmoothing: 0.1 }));
  assert.ok(!isPlain({ classWeights: [1, 1] }));
});
