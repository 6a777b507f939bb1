import assert from 'node:assert/strict';
import { test } from 'node:test';
import { worstError } from '../../test/helpers/samples.js';
import { tinyNetwork } from '../../test/helpers/tiny-network.js';
import { at } from '../errors.js';
import { Random } from '../random.js';
import { nodeDriver } from '../runtime/node.js';
import { State } from '../runtime/state.js';
import { Evaluator } from './evaluation.js';
import type { PixelBatch } from './feeds.js';
import { newHead } from './new-head.js';
import { logMeanSoftmax, mirror } from './test-time-augmentation.js';

function softmax(logits: readonly number[]): number[] {
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  return logits.map((logit) => Math.exp(logit) / total);
}

test('mirroring reverses each row of pixels, not their colours', () => {
  const pixels = Uint8Array.from({ length: 2 * 2 * 3 * 3 }, (_, i) => i);
  mirror(pixels, 3);
  assert.deepEqual([...pixels.subarray(0, 9)], [6, 7, 8, 3, 4, 5, 0, 1, 2]);
  assert.deepEqual([...pixels.subarray(27, 36)], [33, 34, 35, 30, 31, 32, 27, 28, 29]);
  mirror(pixels, 3);
  assert.deepEqual(
    [...pixels],
    Array.from({ length: 36 }, (_, i) => i),
  );
});

test("the softmax of the joined logits is the mean of both softmaxes, also where a class's probability is no number", () => {
  const joined = logMeanSoftmax(Float32Array.of(1, 2, -1), Float32Array.of(0, -3, 4));
  const expected = softmax([1, 2, -1]).map((p, k) => (p + at(softmax([0, -3, 4]), k)) / 2);
  assert.ok(worstError(softmax([...joined]), expected) < 1e-6);
  const far = logMeanSoftmax(Float32Array.of(900, 0), Float32Array.of(0, 900));
  assert.ok(worstError([...far], [-Math.LN2, -Math.LN2]) < 1e-6);
  const same = logMeanSoftmax(Float32Array.of(500, -500), Float32Array.of(500, -500));
  assert.deepEqual([...same], [0, -1000]);
  assert.ok(logMeanSoftmax(Float32Array.of(Number.NaN, 1), Float32Array.of(0, 0)).every(Number.isNaN));
});

test('an evaluation with flip has the mean probabilities of images and mirror images, and the features of the images', async () => {
  const network = tinyNetwork(5);
  const head = newHead(5, 3, 7);
  const state = new State();
  for (const [name, { tensor }] of [...network.parameters, ...head]) state.add(name, tensor);
  for (const [name, tensor] of network.buffers) state.add(name, tensor);
  const evaluator = await Evaluator.compile(
    { network, head, batchSize: 4, imageSize: 8, classes: 3 },
    { driver: nodeDriver, device: 'cpu' },
  );
  const random = new Random(1, 'test');
  const pixels = Uint8Array.from({ length: 4 * 8 * 8 * 3 }, () => random.below(256));
  const flipped = pixels.slice();
  mirror(flipped, 8);
  // The last image of the batch is padding.
  async function* batches(of: Uint8Array): AsyncGenerator<PixelBatch> {
    yield { pixels: of, labels: Int32Array.of(0, 1, 2, 2), count: 3 };
  }
  const rows = async (of: Uint8Array, tta: 'none' | 'flip') => {
    const found: { readonly logits: number[]; readonly features: number[] }[] = [];
    const visit = ({ logits, features }: { logits: Float32Array; features: Float32Array }) =>
      void found.push({ logits: [...logits], features: [...features] });
    await evaluator.forEach(state, batches(of), visit, tta);
    return found;
  };
  const plain = await rows(pixels, 'none');
  const mirrored = await rows(flipped, 'none');
  const both = await rows(pixels, 'flip');
  assert.equal(both.length, 3);
  both.forEach(({ logits, features }, i) => {
    const one = softmax(at(plain, i).logits);
    const other = softmax(at(mirrored, i).logits);
    const expected = one.map((p, k) => (p + at(other, k)) / 2);
    assert.ok(worstError(softmax(logits), expected) < 1e-6);
    assert.deepEqual(features, at(plain, i).features);
    assert.notDeepEqual(at(mirrored, i).features, features);
  });
  const { loss, accuracy } = await evaluator.evaluate(state, batches(pixels), 'flip');
  const losses = both.map(({ logits }, i) => -at(logits, i));
  assert.ok(worstError([loss], [losses.reduce((a, b) => a + b) / 3]) < 1e-6);
  const right = both.filter(({ logits }, i) => logits.indexOf(Math.max(...logits)) === i).length;
  assert.equal(accuracy, right / 3);
  await evaluator.release();
});
