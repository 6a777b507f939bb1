import assert from 'node:assert/strict';
import { test } from 'node:test';
import { methodLoss } from '../src/index.js';
import { arrayPrepareTools } from '../test/helpers/prepare-tools.js';
import learnedMethod from './learned-method.js';

const features = [
  [1, 2],
  [3, 4],
  [0, 2],
];
const given = { features, labels: [0, 0, 1], classes: 2 };

test('the example prepares the means of the classes, which are its first centres', async () => {
  const { prepare } = learnedMethod.bind();
  const prepared = await prepare?.(arrayPrepareTools({ classes: 2, train: given }));
  assert.deepEqual([...(prepared?.means?.data ?? [])], [2, 3, 0, 2]);
  const noise = [[1, 0, 0, 0, 0, 1]];
  const inputs = { ...given, prepared: prepared ?? {}, noise, options: { spread: 1 } };
  const { penalty, metrics, nextState, gradients } = methodLoss(learnedMethod, inputs);
  // (1-3)^2 + (2-3)^2 + 1 + 1 + 0 + (2-3)^2
  assert.ok(Math.abs(penalty - 8 / 6) < 1e-12, `${penalty}`);
  assert.ok(Math.abs((metrics.objective ?? 0) - 4 / 6) < 1e-12);
  assert.ok(Math.abs((gradients.features[0] ?? 0) - (2 * -2) / 6) < 1e-7);
  // Its own optimizer's first step is 0.01, against the sign of a gradient that is not 0.
  const moved = { centres: [1.5, 3, 0, 2] };
  const { nextState: next } = methodLoss(learnedMethod, { ...inputs, state: moved, step: 1, totalSteps: 9 });
  assert.ok((next.centres?.[0] ?? 0) > 1.5);
  assert.deepEqual([...(nextState.centres ?? [])], [2, 3, 0, 2]);
});

test('where its centres were when an epoch begins is kept by a step before the first one', () => {
  const means = { dtype: 'float32' as const, shape: [2, 2], data: new Float32Array(4) };
  const inputs = { ...given, prepared: { means }, state: { centres: [1, 2, 3, 4] } };
  const before = (step: number) => [
    ...(methodLoss(learnedMethod, { ...inputs, step, totalSteps: 9 }).nextState.before ?? []),
  ];
  assert.deepEqual(before(0), [1, 2, 3, 4]);
  assert.deepEqual(before(1), [0, 0, 0, 0]);
});
