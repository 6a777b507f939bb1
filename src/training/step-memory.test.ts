import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BackboneName, backboneNamed } from '../nn/registry.js';
import { stepBytes, stepSizeOf } from './step-memory.js';

/** Millions of activations that timm gives for the network without its classifier, at 224 pixels. */
const timm: Readonly<Partial<Record<BackboneName, number>>> = {
  resnet18: 2.48,
  resnet50: 11.11,
  'mobilenet-v2': 6.68,
  'vit-tiny-16': 4.12,
  convnext_tiny: 13.44,
};

for (const name of ['resnet18', 'resnet50', 'mobilenet-v2', 'vit-tiny-16', 'convnext_tiny'] as const)
  test(`${name}: as many activations as timm counts, and fewer where less is trained`, () => {
    const network = backboneNamed(name, { seed: 1 });
    const all = stepSizeOf(network, new Set(network.parameters.keys()));
    assert.ok(Math.abs(all.activations / 1e6 - (timm[name] ?? Number.NaN)) < 0.01, `${all.activations}`);
    const last = stepSizeOf(network, new Set(network.groups.at(-1)?.parameters));
    assert.ok(last.activations > 0 && last.activations < all.activations / 4);
    assert.ok(last.parameters > 0 && last.parameters < all.parameters);
    const none = stepSizeOf(network, new Set());
    assert.deepEqual(none, { parameters: 0, activations: 0 });
  });

test('memory grows with the images of a batch, from what the process and the weights take', () => {
  const size = { parameters: 1e7, activations: 1e7 };
  assert.equal(stepBytes(size, 1, 0), 400e6);
  assert.equal(stepBytes(size, 1, 16), 400e6 + 1860e6);
  assert.equal(stepBytes(size, 2, 16), 480e6 + 1860e6);
});
