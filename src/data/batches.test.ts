import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import sharp from 'sharp';
import { at } from '../errors.js';
import { Random } from '../random.js';
import { augment } from './augment.js';
import { type Batch, evalBatches, trainBatches } from './batches.js';
import { ImageCache } from './cache.js';
import { createDataset } from './dataset.js';
import { decodeImage } from './decode.js';
import type { LabelledImage } from './image.js';

const folder = await mkdtemp(join(tmpdir(), 'adarand-batches-'));
after(() => rm(folder, { recursive: true }));

const imageSize = 16;
const images: LabelledImage[] = [];

before(async () => {
  const random = new Random(1, 'test');
  for (let i = 0; i < 22; i++) {
    const width = 20 + random.below(30);
    const height = 20 + random.below(30);
    const pixels = Uint8Array.from({ length: width * height * 3 }, () => random.below(256));
    const path = join(folder, `${i}.png`);
    await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(path);
    images.push({ image: { kind: 'file', path }, label: i % 3 });
  }
});

const newCache = (byteBudget = 2 ** 24) => new ImageCache({ imageSize, byteBudget });
const augmentation = { kind: 'randomResizedCrop', colorJitter: { hue: 0.1 } } as const;
const training = { batchSize: 4, imageSize, augmentation, seed: 7, epoch: 2 };

async function collect(batches: AsyncGenerator<Batch>): Promise<Batch[]> {
  const copies: Batch[] = [];
  for await (const batch of batches) copies.push({ ...batch, pixels: batch.pixels.slice() });
  return copies;
}

test('an epoch visits every image at most once, in an order of its own, full batches only', async () => {
  const epoch = await collect(trainBatches(images, { ...training, cache: newCache() }));
  assert.deepEqual(
    epoch.map(({ count }) => count),
    [4, 4, 4, 4, 4],
  );
  const visited = epoch.flatMap(({ indices }) => [...indices]);
  assert.equal(new Set(visited).size, 20);
  assert.deepEqual(
    epoch.flatMap(({ labels }) => [...labels]),
    visited.map((index) => index % 3),
  );
  const other = await collect(trainBatches(images, { ...training, epoch: 3, cache: newCache() }));
  assert.notDeepEqual(
    other.flatMap(({ indices }) => [...indices]),
    visited,
  );
});

test('a row is the augmentation of its image by the stream of (seed, epoch, index)', async () => {
  const [batch] = await collect(trainBatches(images, { ...training, cache: newCache() }));
  assert.ok(batch);
  for (let row = 0; row < 4; row++) {
    const index = at(batch.indices, row);
    const { image } = at(images, index);
    assert.ok(image.kind === 'file');
    const expected = new Uint8Array(imageSize ** 2 * 3);
    const random = new Random(7, 'augmentation', 2, index);
    augment(await decodeImage(image.path, 2 * imageSize), augmentation, imageSize, random, expected);
    assert.deepEqual(batch.pixels.subarray(row * expected.length, (row + 1) * expected.length), expected);
  }
});

test('neither the cache nor prefetching nor resuming changes a batch', async () => {
  const cache = newCache();
  const reference = await collect(trainBatches(images, { ...training, cache }));
  assert.ok(cache.bytes > 0);
  assert.deepEqual(await collect(trainBatches(images, { ...training, cache })), reference);
  const uncached = newCache(0);
  assert.deepEqual(
    await collect(trainBatches(images, { ...training, cache: uncached, prefetch: 0 })),
    reference,
  );
  assert.equal(uncached.bytes, 0);
  const resumed = await collect(trainBatches(images, { ...training, cache: newCache(), firstStep: 3 }));
  assert.deepEqual(resumed, reference.slice(3));
});

test('evaluation keeps the order and fills the last batch with its last image', async () => {
  const batches = await collect(
    evalBatches(images, { batchSize: 8, imageSize, resizeSize: 18, cache: newCache() }),
  );
  assert.deepEqual(
    batches.map(({ count }) => count),
    [8, 8, 6],
  );
  const last = at(batches, 2);
  assert.deepEqual([...last.indices], [16, 17, 18, 19, 20, 21, 21, 21]);
  const row = (i: number) => last.pixels.subarray(i * imageSize ** 2 * 3, (i + 1) * imageSize ** 2 * 3);
  assert.deepEqual(row(7), row(5));
  assert.notDeepEqual(row(5), row(4));
  const single = await collect(
    evalBatches(images, { batchSize: 1, imageSize, resizeSize: 18, cache: newCache() }),
  );
  assert.deepEqual(at(single, 21).pixels, row(5));
});

test('the next batches are ready when a consumer that blocked the event loop asks', async () => {
  const batches = trainBatches(images, { ...training, cache: newCache() });
  await batches.next();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  let ready = 0;
  const all = (async () => {
    for (; ready < 3; ready++) await batches.next();
  })();
  for (let turn = 0; turn < 8; turn++) await setImmediate();
  assert.equal(ready, 3);
  await all;
  await batches.return();
});

test('pixels are lent: a late read finds nothing', async () => {
  const lent: Uint8Array[] = [];
  for await (const { pixels } of trainBatches(images, { ...training, cache: newCache(), prefetch: 1 })) {
    assert.equal(pixels.length, 4 * imageSize ** 2 * 3);
    // Two buffers serve the five batches.
    for (const earlier of lent.slice(0, 3)) assert.equal(earlier.length, 0);
    lent.push(pixels);
  }
  assert.equal(lent.length, 5);
});

test('stopping early leaves nothing behind, a lost file is named', async () => {
  for await (const batch of trainBatches(images, { ...training, cache: newCache() })) {
    assert.equal(batch.count, 4);
    break;
  }
  const lost: LabelledImage = { image: { kind: 'file', path: join(folder, 'lost.png') }, label: 0 };
  const withLost = [...images.slice(0, 7), lost];
  const evaluation = { batchSize: 4, imageSize, resizeSize: 18, cache: newCache() };
  for await (const batch of evalBatches(withLost, evaluation)) {
    assert.equal(batch.count, 4);
    break;
  }
  await assert.rejects(collect(evalBatches(withLost, evaluation)), {
    name: 'AdarandError',
    code: 'data.unreadable-image',
    message: /lost\.png/,
  });
});

test('a batch larger than the training set is refused', async () => {
  const batches = trainBatches(images, { ...training, batchSize: 23, cache: newCache() });
  await assert.rejects(batches.next(), { code: 'data.batch-too-large', hint: /at most 22/ });
});

test('images in memory: grey and transparent ones become RGB', async () => {
  const grey = {
    kind: 'pixels',
    width: 16,
    height: 16,
    channels: 1,
    data: new Uint8Array(256).fill(40),
  } as const;
  const clear = {
    kind: 'pixels',
    width: 1,
    height: 1,
    channels: 4,
    data: Uint8Array.of(9, 9, 9, 0),
  } as const;
  const train = [grey, clear].map((image, label) => ({ image, label }));
  const dataset = createDataset(
    { path: 'memory', classes: ['grey', 'clear'], train, val: [], test: train },
    { seed: 1 },
  );
  const options = { batchSize: 2, imageSize, resizeSize: imageSize, cache: newCache() };
  const [batch] = await collect(evalBatches(dataset.test.images, options));
  assert.ok(batch);
  assert.ok(batch.pixels.subarray(0, 768).every((value) => value === 40));
  assert.ok(batch.pixels.subarray(768).every((value) => value === 255));
  assert.throws(
    () =>
      createDataset(
        { path: 'm', classes: ['a', 'b'], train: [...train, { image: grey, label: 2 }] },
        { seed: 1 },
      ),
    { code: 'data.label' },
  );
  const short = { ...grey, data: new Uint8Array(255) };
  assert.throws(
    () =>
      createDataset(
        { path: 'm', classes: ['a', 'b'], train: [...train, { image: short, label: 0 }] },
        { seed: 1 },
      ),
    { code: 'data.pixels' },
  );
});
