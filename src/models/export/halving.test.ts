import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/helpers/cli.js';
import { exportFolder } from '../../../test/helpers/export-folder.js';
import { uniform } from '../../../test/helpers/lcg.js';
import { classify, difference, floats } from '../../../test/helpers/onnx-fixtures.js';
import { renderEvaluation } from '../../data/evaluation-pixels.js';
import { at } from '../../errors.js';
import { float32, type Tensor, zeros } from '../../graph/tensor.js';
import { cifarResNet } from '../../nn/cifar-resnet.js';
import type { Network } from '../../nn/network.js';
import { pixelValues } from '../../page/network-input.js';
import { nodeDriver } from '../../runtime/node.js';
import { openModel } from '../open.js';
import { exportOnnx } from './onnx.js';

const SIZE = 66;
const classes = ['ash', 'birch', 'cedar'];
const small = cifarResNet(8, { seed: 1 });
const network: Network = {
  ...small,
  preprocessing: { ...small.preprocessing, imageSize: SIZE, resizeSize: 75 },
  pretrainedHead: { weight: uniform(1, [3, small.featureSize]), bias: uniform(2, [3]), classes },
};
const head = network.pretrainedHead;
assert.ok(head !== undefined);
const images = uniform(9, [2, 3, 2 * SIZE, 2 * SIZE]);

/** Where evaluation's corner is in the middle, half a pixel before it, and half a pixel after it. */
const resizeSizes = [
  [74, 0],
  [75, -1],
  [77, 1],
] as const;

for (const [resizeSize, shift] of resizeSizes) {
  const resized = { ...network, preprocessing: { ...network.preprocessing, resizeSize } };

  test(`a graph that halves its images answers as the network does for halved images, of ${resizeSize} pixels`, async () => {
    const half = halvedByHand(images, shift);
    const expected = await classify(resized, half);
    const actual = await logitsOf(exportOnnx({ network: resized, head }, { halve: true }), images);
    assert.ok(difference(actual, expected.logits) < 1e-5);
    assert.ok(difference(await logitsOf(exportOnnx({ network: resized, head }), half), actual) < 1e-5);
  });

  test(`what is cut from the middle at twice the size, and halved, is evaluation's square of ${resizeSize} pixels`, () => {
    // Soft, so that filters make no difference and half a pixel does.
    const side = 240;
    const level = (i: number) => {
      const [y, x, c] = [Math.floor(i / 3 / side), Math.floor(i / 3) % side, i % 3];
      return 128 + 60 * Math.sin(x / 17 + c) + 60 * Math.cos(y / 23);
    };
    const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => Math.round(level(i)));
    const seenAt = (factor: 1 | 2) => {
      const sizes = { imageSize: factor * SIZE, resizeSize: factor * resizeSize };
      const seen = new Uint8Array(sizes.imageSize ** 2 * 3);
      renderEvaluation({ width: side, height: side, channels: 3, data }, sizes, seen);
      return planar(seen, sizes.imageSize);
    };
    const [expected, actual] = [seenAt(1), halvedByHand(seenAt(2), shift)];
    // The border has one pixel where others have two.
    const inner = (tensor: Tensor<'float32'>) => tensor.data.filter((_, i) => isInner(i, SIZE));
    assert.ok(largest(inner(expected), inner(actual)) < 2.5, `${largest(inner(expected), inner(actual))}`);
    const middle = halvedByHand(seenAt(2), 0);
    if (shift !== 0) assert.ok(largest(inner(expected), inner(middle)) > 3.5, 'half a pixel shows');
  });

  test(`the page's input of such a graph is what the network sees, when it is halved, of ${resizeSize} pixels`, () => {
    const { imageSize, mean, std } = network.preprocessing;
    const seen = Uint8Array.from({ length: imageSize ** 2 * 3 }, (_, i) => (i * i * 31 + (i % 7) * 40) % 256);
    const given = { imageSize, resizeSize, mean, std };
    const input = (halved: boolean) => {
      const side = imageSize * (halved ? 2 : 1);
      return float32([1, 3, side, side], pixelValues(seen, { ...given, halved }));
    };
    const plain = input(false);
    for (const i of [0, 1, imageSize, imageSize ** 2 - 1])
      for (const c of [0, 1, 2]) {
        const value = (at(seen, 3 * i + c) / 255 - at(mean, c)) / at(std, c);
        assert.ok(Math.abs(at(plain.data, c * imageSize ** 2 + i) - value) < 1e-6);
      }
    assert.ok(difference(halvedByHand(input(true), shift).data, plain.data) < 1e-5);
  });

  test(`an exported folder of ${resizeSize} pixels opens again as the network that it was`, async (t) => {
    const { path, remove } = await temporaryFolder();
    t.after(remove);
    await exportFolder(path, { network: resized, head });
    const opened = await openModel(path);
    assert.deepEqual(opened.preprocessing, resized.preprocessing);
    const sample = uniform(3, [2, 3, SIZE, SIZE]);
    const [before, after] = [await classify(resized, sample), await classify(opened, sample)];
    assert.ok(difference(after.logits, before.logits) < 1e-5);
  });
}

test('an exported folder asks for twice the size, and opens again as the network that it was', async (t) => {
  const { path, remove } = await temporaryFolder();
  t.after(remove);
  const [first, second] = [join(path, 'first'), join(path, 'second')];
  await exportFolder(first, { network, head });
  const config = JSON.parse(await readFile(join(first, 'preprocessor_config.json'), 'utf8'));
  assert.deepEqual(
    [config.size, config.crop_size, config.resample],
    [{ shortest_edge: 150 }, { height: 132, width: 132 }, 1],
  );
  assert.equal(JSON.parse(await readFile(join(first, 'config.json'), 'utf8')).image_size, 132);

  const opened = await openModel(first);
  assert.deepEqual(opened.preprocessing, network.preprocessing);
  assert.deepEqual(new Set(opened.parameters.keys()), new Set(network.parameters.keys()));
  const logits = (of: Network, size: number) => classify(of, uniform(3, [2, 3, size, size]));
  const expected = await logits(network, SIZE);
  assert.ok(difference((await logits(opened, SIZE)).logits, expected.logits) < 1e-5);

  // Another size is the network's, not the file's; and the file alone is opened alike.
  assert.equal((await openModel(first, { imageSize: 88 })).preprocessing.resizeSize, 100);
  const file = await openModel(join(first, 'onnx', 'model.onnx'));
  assert.equal(file.preprocessing.imageSize, SIZE);
  assert.deepEqual(new Set(file.parameters.keys()), new Set(network.parameters.keys()));

  const again = opened.pretrainedHead;
  assert.ok(again !== undefined);
  await exportFolder(second, { network: opened, head: again });
  assert.equal(
    await readFile(join(second, 'preprocessor_config.json'), 'utf8'),
    await readFile(join(first, 'preprocessor_config.json'), 'utf8'),
  );
  const bytes = await readFile(join(second, 'onnx', 'model.onnx'));
  const once = await logitsOf(await readFile(join(first, 'onnx', 'model.onnx')), images);
  assert.ok(difference(await logitsOf(bytes, images), once) < 1e-5);
});

test('sizes that cannot be halved are refused', async (t) => {
  const { path, remove } = await temporaryFolder();
  t.after(remove);
  await exportFolder(path, { network, head });
  const file = join(path, 'preprocessor_config.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...config, size: { shortest_edge: 151 } }));
  await assert.rejects(openModel(path), { code: 'model.config', message: /halves.*151.*132 pixels/ });
});

test('a network of small images is exported for images of its own size', async (t) => {
  const { path, remove } = await temporaryFolder();
  t.after(remove);
  await exportFolder(path, { network: small, head });
  const config = JSON.parse(await readFile(join(path, 'preprocessor_config.json'), 'utf8'));
  assert.deepEqual([config.size, config.resample], [{ shortest_edge: 32 }, 1]);
  const shape = [1, 3, 32, 32];
  const bytes = await readFile(join(path, 'onnx', 'model.onnx'));
  const expected = await classify({ ...small, pretrainedHead: head }, uniform(3, shape));
  assert.ok(difference(await logitsOf(bytes, uniform(3, shape)), expected.logits) < 1e-5);
});

function planar(pixels: Uint8Array, side: number): Tensor<'float32'> {
  const area = side ** 2;
  return float32(
    [1, 3, side, side],
    Float32Array.from({ length: 3 * area }, (_, i) => at(pixels, (i % area) * 3 + Math.floor(i / area))),
  );
}

function isInner(i: number, side: number): boolean {
  const [y, x] = [Math.floor(i / side) % side, i % side];
  return Math.min(y, x) > 0 && Math.max(y, x) < side - 1;
}

function largest(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - at(b, i))), 0);
}

/** Written out: 7, 25, 25 and 7 parts of four pixels, of those that are inside. */
function halvedByHand({ shape, data }: Tensor<'float32'>, shift: number): Tensor<'float32'> {
  const size = at(shape, 2);
  const half = size / 2;
  const planes = at(shape, 0) * at(shape, 1);
  const parts = [7, 25, 25, 7];
  const result = new Float32Array(planes * half * half);
  for (let i = 0; i < result.length; i++) {
    const [plane, y, x] = [Math.floor(i / half ** 2), Math.floor(i / half) % half, i % half];
    let sum = 0;
    let total = 0;
    for (let v = 0; v < 4; v++)
      for (let u = 0; u < 4; u++) {
        const [row, column] = [2 * y + v - 1 + shift, 2 * x + u - 1 + shift];
        if (row < 0 || row >= size || column < 0 || column >= size) continue;
        const weight = at(parts, v) * at(parts, u);
        sum += weight * at(data, (plane * size + row) * size + column);
        total += weight;
      }
    result[i] = sum / total;
  }
  return float32([at(shape, 0), at(shape, 1), half, half], result);
}

async function logitsOf(bytes: Uint8Array, pixels: Tensor<'float32'>): Promise<Float32Array> {
  const session = await nodeDriver.createSession(bytes, { device: 'cpu', threads: 1 });
  const logits = zeros('float32', [at(pixels.shape, 0), classes.length]);
  await session.run(new Map([['pixel_values', pixels]]), new Map([['logits', logits]]));
  await session.release();
  return floats(logits);
}
