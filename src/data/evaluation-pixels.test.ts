import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { temporaryFolder } from '../../test/helpers/cli.js';
import { at } from '../errors.js';
import { Random } from '../random.js';
import { evalBatches, trainBatches } from './batches.js';
import { ImageCache } from './cache.js';
import { decodeImage } from './decode.js';
import { evaluationPixels } from './evaluation-pixels.js';
import type { LabelledImage, Pixels } from './image.js';
import { renderView } from './resample.js';
import { centreView } from './view.js';

const folder = await temporaryFolder();
after(folder.remove);

const [imageSize, resizeSize] = [16, 18];
const random = new Random(1, 'test');

/** Noise of 22 to 122 pixels: some are larger than training keeps, none than evaluation does. */
const pictures: readonly Pixels[] = Array.from({ length: 8 }, (_, i) => {
  const [width, height] = [22 + 9 * i, 22 + 9 * i + random.below(40)];
  return { width, height, channels: 3, data: random8(width * height * 3) };
});
const images: readonly LabelledImage[] = await Promise.all(
  pictures.map(async ({ data, ...raw }, i) => {
    const path = join(folder.path, `${i}.png`);
    await writeFile(path, await sharp(data, { raw }).png().toBuffer());
    return { image: { kind: 'file', path }, label: i % 2 } as const;
  }),
);

function random8(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

/** One filter over all pixels of the picture. */
const expected = pictures.map((picture) => {
  const target = new Uint8Array(imageSize ** 2 * 3);
  renderView(picture, centreView(picture, resizeSize, imageSize), imageSize, target);
  return target;
});

async function evaluated(cache: ImageCache): Promise<Uint8Array[]> {
  const rows: Uint8Array[] = [];
  const bytes = imageSize ** 2 * 3;
  for await (const { pixels, count } of evalBatches(images, { batchSize: 3, imageSize, resizeSize, cache }))
    for (let row = 0; row < count; row++) rows.push(pixels.slice(row * bytes, (row + 1) * bytes));
  return rows;
}

async function trained(cache: ImageCache): Promise<Uint8Array[]> {
  const batches: Uint8Array[] = [];
  const augmentation = { kind: 'none' } as const;
  for await (const { pixels } of trainBatches(images, {
    batchSize: 4,
    imageSize,
    augmentation,
    seed: 1,
    epoch: 0,
    cache,
  }))
    batches.push(pixels.slice());
  return batches;
}

test('evaluation filters a picture once, whatever training or an evaluation before has kept of it', async () => {
  const cache = new ImageCache({ imageSize });
  const training = await trained(new ImageCache({ imageSize, byteBudget: 0 }));
  assert.deepEqual(await evaluated(cache), expected);
  assert.deepEqual(await trained(cache), training);
  assert.deepEqual(await evaluated(cache), expected);
  const other = new ImageCache({ imageSize });
  assert.deepEqual(await trained(other), training);
  assert.deepEqual(await evaluated(other), expected);
  const none = new ImageCache({ imageSize, byteBudget: 0 });
  assert.deepEqual(await evaluated(none), expected);
});

test('what evaluation has made of a picture is kept where it is no larger, also beside the whole picture', async () => {
  const cache = new ImageCache({ imageSize });
  // Training keeps the small ones as they are.
  await trained(cache);
  const kinds = () =>
    images.map(({ image }) => {
      assert.ok(image.kind === 'file');
      const source = cache.forEvaluation(image.path, resizeSize);
      if (typeof source === 'string') return 'file';
      return 'rendered' in source ? 'rendered' : 'whole';
    });
  assert.deepEqual(kinds(), ['whole', 'whole', ...Array(6).fill('file')]);
  assert.deepEqual(await evaluated(cache), expected);
  assert.deepEqual(kinds(), Array(8).fill('rendered'));
  assert.deepEqual(await evaluated(cache), expected);
  // Of 22 x 22 pixels, 40 x 40 are made.
  const enlarging = new ImageCache({ imageSize: 40 });
  const { image } = at(images, 0);
  assert.ok(image.kind === 'file');
  for (let pass = 0; pass < 2; pass++) {
    const options = { batchSize: 1, imageSize: 40, resizeSize: 40, cache: enlarging };
    for await (const _ of evalBatches([at(images, 0)], options)) {
      const source = enlarging.forEvaluation(image.path, 40);
      assert.ok(typeof source === 'object' && 'data' in source && source.width === 22);
    }
  }
});

test('what is predicted is what is evaluated', async () => {
  for (const [i, { image }] of images.entries()) {
    assert.ok(image.kind === 'file');
    const { data } = await evaluationPixels(image.path, { imageSize, resizeSize });
    assert.deepEqual(data.slice(), at(expected, i));
  }
});

test('what evaluation has made of a picture is kept, if need be in the place of the picture', async () => {
  const { image } = at(images, 7);
  assert.ok(image.kind === 'file');
  const { path } = image;
  const picture = await decodeImage(path, 2 * imageSize);
  const cache = new ImageCache({ imageSize, byteBudget: picture.data.length });
  cache.offer(path, picture);
  assert.equal(cache.forEvaluation(path, resizeSize), path);
  const rendered = at(expected, 7);
  cache.offerRendered({ path, resizeSize, rendered });
  assert.deepEqual(cache.forEvaluation(path, resizeSize), { rendered });
  assert.equal(cache.forEvaluation(path, resizeSize + 1), path);
  assert.equal(cache.get(path), undefined);
  assert.equal(cache.bytes, rendered.length);
});

test('a picture is kept as large as is asked for, up to 16 million pixels', async () => {
  const wide = await sharp({ create: { width: 9000, height: 3000, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  assert.equal((await decodeImage(wide, 64)).height, 64);
  assert.equal((await decodeImage(wide, 64, 512)).height, 512);
  const { width, height } = await decodeImage(wide, 64, 3000);
  assert.ok(width * height <= 2 ** 24 && height > 2350, `${width} x ${height}`);
  assert.equal((await decodeImage(wide, 2500, 3000)).height, 2500);
});
