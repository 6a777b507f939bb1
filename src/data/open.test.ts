import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { flat, picture, pictureFolder } from '../../test/helpers/picture-folder.js';
import { AdarandError } from '../errors.js';
import { ImageCache } from './cache.js';
import { decodeImage } from './decode.js';
import { formatReport } from './format-report.js';
import { openDataset } from './open.js';

const { root, put } = await pictureFolder();

const firstPixel = async (image: Sharp) => [
  ...(await decodeImage(await image.toBuffer(), 64)).data.subarray(0, 3),
];

test('grey, 16-bit, transparent and CMYK images become 8-bit RGB', async () => {
  assert.deepEqual(await firstPixel(flat(4, 4, 1, 99).toColourspace('b-w').png()), [99, 99, 99]);
  // Half transparent over white: 128 * 128/255 + 255 * 127/255.
  assert.deepEqual(await firstPixel(flat(4, 4, 4, 128).png()), [191, 191, 191]);
  const deep = sharp(new Uint16Array(48).fill(30000), { raw: { width: 4, height: 4, channels: 3 } });
  const deepPng = await deep.toColourspace('rgb16').png().toBuffer();
  assert.equal((await sharp(deepPng).metadata()).depth, 'ushort');
  assert.deepEqual(await firstPixel(sharp(deepPng).toColourspace('rgb16').png()), [117, 117, 117]);
  const inks = await flat(32, 32, 3, 128).toColourspace('cmyk').jpeg().toBuffer();
  assert.equal((await sharp(inks).metadata()).space, 'cmyk');
  const { data } = await decodeImage(inks, 64);
  assert.ok(data.every((value) => Math.abs(value - 128) < 20));
});

test('EXIF orientation is applied', async () => {
  const left = flat(8, 16, 3, 250);
  const sideways = flat(16, 16, 3, 5).composite([{ input: await left.png().toBuffer(), left: 0, top: 0 }]);
  const upright = await decodeImage(await sideways.withMetadata({ orientation: 6 }).jpeg().toBuffer(), 64);
  // Orientation 6: turned right by 90 degrees, so that left becomes top.
  assert.ok((upright.data[(2 * 16 + 8) * 3] ?? 0) > 200);
  assert.ok((upright.data[(13 * 16 + 8) * 3] ?? 255) < 50);
});

test('a large image is shrunk by its shorter side, a small one stays', async () => {
  const large = await decodeImage(await flat(12000, 40, 3, 9).jpeg().toBuffer(), 20);
  assert.deepEqual([large.width, large.height], [6000, 20]);
  const dot = await decodeImage(await flat(1, 1, 3, 9).png().toBuffer(), 64);
  assert.deepEqual([dot.width, dot.height, ...dot.data], [1, 1, 9, 9, 9]);
});

test('a messy folder is read, and the report says what is wrong with it', async () => {
  const copy = await picture().png().toBuffer();
  for (let i = 0; i < 4; i++) await put(`messy/train/rose hip/deep er/${i}.png`);
  for (let i = 0; i < 3; i++) await put(`messy/train/バラ/画像 ${i}.PNG`);
  await put('messy/train/single/only.png');
  await put('messy/train/rose hip/copy.png', copy);
  await put('messy/test/rose hip/copy.png', copy);
  await put('messy/test/バラ/copy.png', copy);
  const noisy = await picture(80, 80).jpeg().toBuffer();
  await put('messy/train/バラ/cut.jpg', noisy.subarray(0, noisy.length * 0.6));
  await put('messy/train/バラ/empty.jpg', '');
  await put('messy/train/バラ/text.jpg', 'I am no picture');
  await put('messy/train/rose hip/notes.txt', 'notes');
  await put('messy/train/loose.png');
  await put('messy/readme.md', '#');
  for (const hidden of ['.DS_Store', '._a.jpg', 'Thumbs.db', '.cache/b.jpg'])
    await put(`messy/train/single/${hidden}`, 'x');
  await symlink(join(root, 'messy/train/rose hip'), join(root, 'messy/train/rose hip/deep er/loop'));
  await symlink(join(root, 'nowhere.jpg'), join(root, 'messy/train/single/gone.jpg'));

  const cache = new ImageCache({ imageSize: 8 });
  const progress: number[] = [];
  const onProgress = (done: number, total: number) => progress.push(done / total);
  const { classes, train, val, test, report } = await openDataset(join(root, 'messy'), {
    seed: 1,
    cache,
    onProgress,
  });
  assert.deepEqual(classes, ['rose hip', 'single', 'バラ']);
  assert.deepEqual(
    [train, val, test].map(({ images }) => images.length),
    [7, 2, 2],
  );
  assert.deepEqual(
    report.damaged.map(({ path, reason }) => `${path.normalize('NFC')}: ${reason}`),
    [
      'train/single/gone.jpg: not there: a broken link, or removed by now',
      'train/バラ/cut.jpg: truncated or damaged',
      'train/バラ/empty.jpg: empty file',
      'train/バラ/text.jpg: not an image, or a format that cannot be read',
    ],
  );
  assert.deepEqual(
    new Map([...report.ignored].sort()),
    new Map([
      ['.md', 1],
      ['.txt', 1],
      ['Thumbs.db', 1],
      ['hidden file', 2],
      ['hidden folder', 1],
      ['image outside a class folder', 1],
      ['link to a folder that contains it', 1],
    ]),
  );
  assert.equal(report.duplicates.length, 1);
  assert.equal(report.duplicates[0]?.length, 3);
  assert.deepEqual(report.leakage, [{ splits: ['val', 'test'], groups: report.duplicates }]);
  assert.deepEqual(report.contradictory, report.duplicates);
  assert.deepEqual(report.singletons, ['single']);
  assert.deepEqual(report.cutFromTrain, ['val']);
  assert.equal(progress.at(-1), 1);
  assert.equal(progress.length, 15);
  // Each of the eleven readable images was decoded and is held.
  assert.equal(cache.bytes, 11 * 20 * 16 * 3);
  const lines = formatReport(report);
  assert.match(
    lines[0] ?? '',
    /^messy: 3 classes, 7 train \/ 2 val \/ 2 test images; smallest class 1, largest 4$/,
  );
  assert.equal(lines[1], 'classes: rose hip, single, バラ');
  assert.ok(
    lines.some((line) => line.startsWith('leakage: 1 picture in val and test: train/rose hip/copy.png')),
  );
  assert.match(lines.at(-1) ?? '', /^this test set has 2 images: accuracy will be known to ±40.5 points/);
});

test('class folders alone are split by the seed', async () => {
  for (const name of ['b', 'a', 'B']) for (let i = 0; i < 10; i++) await put(`plain/${name}/${i}.png`);
  const first = await openDataset(join(root, 'plain'), { seed: 1 });
  assert.deepEqual(first.classes, ['B', 'a', 'b']);
  assert.deepEqual(
    [first.train, first.val, first.test].map(({ images }) => images.length),
    [21, 3, 6],
  );
  assert.deepEqual(await openDataset(join(root, 'plain'), { seed: 1 }), first);
  assert.notDeepEqual((await openDataset(join(root, 'plain'), { seed: 2 })).test, first.test);
  const small = await openDataset(join(root, 'plain'), { seed: 1, trainFraction: 0.25 });
  assert.equal(small.train.images.length, 6);
  assert.deepEqual(small.test, first.test);
});

test('mistakes are named, with a hint', async () => {
  await put('one/train/only/a.png');
  await put('flat/a.png');
  await put('empty/x/a.png');
  await put('empty/x/b.png');
  await put('empty/y/broken.jpg', 'text');
  await put('unknown/train/x/a.png');
  await put('unknown/train/y/a.png');
  await put('unknown/test/z/a.png');
  await put('few/x/a.png');
  await put('few/y/none.txt', '');
  await put('testonly/test/x/a.png');
  await put('file.png');
  const expected = {
    absent: 'data.missing',
    one: 'data.one-class',
    flat: 'data.no-classes',
    empty: 'data.empty-class',
    unknown: 'data.unknown-class',
    few: 'data.too-few-images',
    testonly: 'data.no-train',
    'file.png': 'data.not-a-folder',
  };
  for (const [name, code] of Object.entries(expected)) {
    await assert.rejects(openDataset(join(root, name), { seed: 1 }), (error) => {
      assert.ok(error instanceof AdarandError, String(error));
      assert.equal(error.code, code);
      assert.ok(error.message.includes(join(root, name)) && error.hint);
      return true;
    });
  }
});

test('real photographs', async (t) => {
  const flowers = resolve('../shared/data/datasets/flowers12');
  if (!existsSync(flowers)) return t.skip(`${flowers} is not there`);
  for (const split of ['train', 'test']) {
    for (const name of (await readdir(join(flowers, split))).slice(0, 3)) {
      await mkdir(join(root, 'flowers', split, name), { recursive: true });
      for (const file of (await readdir(join(flowers, split, name))).slice(0, 12)) {
        await copyFile(join(flowers, split, name, file), join(root, 'flowers', split, name, file));
      }
    }
  }
  const { report } = await openDataset(join(root, 'flowers'), { seed: 1 });
  assert.deepEqual(report.damaged, []);
  assert.deepEqual(
    report.classes.map(({ train, val, test }) => [train, val, test]),
    Array(3).fill([11, 1, 12]),
  );
});

test('of many classes the first ten are named', async () => {
  for (let name = 10; name < 22; name++) await put(`many/train/${name}/0.png`);
  const { report } = await openDataset(join(root, 'many'), { seed: 1 });
  assert.equal(formatReport(report)[1], 'classes: 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 and 2 more');
});

/** A grey TIFF of 4 x 4 samples; `format`: 1 unsigned, 2 signed, 3 floating point. */
function greyTiff(bits: number, format: 1 | 2 | 3, samples: Buffer): Buffer {
  const tags: readonly (readonly [number, number, number])[] = [
    [256, 3, 4],
    [257, 3, 4],
    [258, 3, bits],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 3, 4],
    [279, 4, samples.length],
    [339, 3, format],
  ];
  const directory = Buffer.alloc(2 + 12 * tags.length + 4);
  directory.writeUInt16LE(tags.length);
  tags.forEach(([tag, type, value], i) => {
    directory.writeUInt16LE(tag, 2 + 12 * i);
    directory.writeUInt16LE(type, 4 + 12 * i);
    directory.writeUInt32LE(1, 6 + 12 * i);
    directory.writeUInt32LE(value, 10 + 12 * i);
  });
  const header = Buffer.from('II*\0\0\0\0\0', 'latin1');
  header.writeUInt32LE(8 + samples.length, 4);
  return Buffer.concat([header, samples, directory]);
}

test('TIFFs show their picture or are refused with the type of their samples', async () => {
  const ramp = Buffer.from(Uint16Array.from({ length: 16 }, (_, i) => i * 4369).buffer);
  const { data } = await decodeImage(greyTiff(16, 1, ramp), 64);
  assert.deepEqual(
    [...data.filter((_, i) => i % 3 === 0)],
    Array.from({ length: 16 }, (_, i) => i * 17),
  );
  const floats = Buffer.from(Float32Array.from({ length: 16 }, (_, i) => i / 15).buffer);
  for (const [bits, format, samples, type] of [
    [32, 3, floats, 'float'],
    [32, 1, floats, 'uint'],
    [16, 2, ramp, 'short'],
  ] as const) {
    const file = await put(`tiff-${type}.tif`, greyTiff(bits, format, samples));
    for (const source of [file, greyTiff(bits, format, samples)])
      await assert.rejects(decodeImage(source, 64), {
        message: new RegExp(`^TIFF with samples of type ${type},`),
      });
  }
});
