import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cifarResNet } from '../../nn/cifar-resnet.js';
import { fingerprintNetwork } from './fingerprint.js';

test("a network's fingerprint is of its tensors and of what it computes with them", () => {
  const fingerprint = (seed: number, activation: 'relu' | 'silu' = 'relu') =>
    fingerprintNetwork(cifarResNet(8, { seed }, { activation }));
  assert.equal(fingerprint(1), fingerprint(1));
  assert.notEqual(fingerprint(1), fingerprint(2));
  assert.notEqual(fingerprint(1), fingerprint(1, 'silu'));
});
