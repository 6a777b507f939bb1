import assert from 'node:assert/strict';
import { test } from 'node:test';
import { worstError } from '../../test/helpers/samples.js';
import { type MethodLossInputs, methodLoss } from '../training/method-loss.js';
import { l2sp } from './l2-sp.js';

const w0 = [1, -2, 0.5, 3];
const w = [1.5, -2, 0, 2];
const given: MethodLossInputs = {
  features: [[0], [0]],
  labels: [0, 1],
  classes: 2,
  parameters: [
    { name: 'conv.weight', kind: 'weight', value: { shape: [2, 2], data: w }, pretrained: w0 },
    { name: 'conv.bias', kind: 'bias', value: { shape: [1], data: [2] }, pretrained: [0] },
    { name: 'head.w', kind: 'weight', value: { shape: [2], data: [3, -4] } },
    { name: 'head.b', kind: 'bias', value: { shape: [1], data: [5] } },
  ],
};

test('kernels are pulled to their start, the head to zero, biases left alone', () => {
  const { penalty, extraLoss, gradients } = methodLoss(l2sp, { ...given, options: { beta: 0.5 } });
  assert.equal(penalty, 0.5 * (0.25 + 0.25 + 1));
  assert.equal(extraLoss, 0.5 * 0.5 * 25);
  assert.deepEqual(
    [...(gradients['conv.weight'] ?? [])],
    w.map((value, i) => value - (w0[i] ?? 0)),
  );
  assert.deepEqual([...(gradients['head.w'] ?? [])], [1.5, -2]);
  assert.deepEqual([...(gradients['conv.bias'] ?? []), ...(gradients['head.b'] ?? [])], [0, 0]);
});

test('all parameters, if asked for', () => {
  const { penalty, extraLoss } = methodLoss(l2sp, { ...given, options: { parameters: 'all' } });
  assert.equal(penalty, 0.5 * (0.25 + 0.25 + 1 + 4));
  assert.ok(worstError([extraLoss], [0.01 * 0.5 * (25 + 25)]) < 1e-7);
});

test('at the start, the term and its gradient are exactly zero', () => {
  const start = given.parameters?.map((each) => ({
    ...each,
    value: { shape: each.value.shape, data: each.pretrained ?? each.value.data },
  }));
  const { penalty, gradients } = methodLoss(l2sp, { ...given, ...(start ? { parameters: start } : {}) });
  assert.equal(penalty, 0);
  assert.ok(gradients['conv.weight']?.every((element) => element === 0));
});
