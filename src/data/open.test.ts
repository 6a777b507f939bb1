import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { AdarandError } from '../errors.js';
import { ImageCache } from './cache.js';
import { decodeImage } from './decode.js';
import { evidenceIn, formatReport } from './format-report.js';
import { openDataset } from './open.js';
import { classesWithout } from './report.js';

const root = await mkdtemp(join(tmpdir(), 'adarand-open-'));
after(() => rm(root, { recursive: true }));

let pictures = 0;
/** Never the same picture twice. */
function picture(width = 20, height = 16): Sharp {
  const shade = pictures++;
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (7 + shade) + shade) % 251);
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

async function put(path: string, bytes?: Uint8Array | string): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes ?? (await picture().png().toBuffer()));
  return file;
}

const flat = (width: number, height: number, channels: 1 | 2 | 3 | 4, value: number) =>
  sharp(new Uint8Array(width * height * channels).fill(value), { raw: { width, height, channels } });
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

test('files that cannot be read are reported with their format, images without contrast are counted', async () => {
  for (const name of ['a', 'b']) for (let i = 0; i < 4; i++) await put(`formats/${name}/${i}.png`);
  await put('formats/a/5.heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic');
  await put('formats/a/6.jpg', '\0\0\0\x18ftypheic\0\0\0\0mif1heic');
  await put('formats/a/7.bmp', 'BM\x46\0\0\0');
  await put('formats/b/8.jpg', '<!DOCTYPE html><html></html>');
  await put('formats/b/9.jpg', 'version https://git-lfs.github.com/spec/v1\noid sha256:00');
  await put('formats/b/a.jpg', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  await put('formats/b/white.png', await flat(90, 70, 3, 255).png().toBuffer());
  for (const cache of [undefined, new ImageCache({ imageSize: 8 })]) {
    const { report } = await openDataset(join(root, 'formats'), { seed: 1, ...(cache ? { cache } : {}) });
    assert.deepEqual(
      report.damaged.map(({ path, reason }) => `${path}: ${reason}`),
      [
        'a/5.heic: HEIC, not supported: convert it to JPEG or PNG',
        'a/6.jpg: HEIC, not supported: convert it to JPEG or PNG',
        'a/7.bmp: BMP, not supported: convert it to JPEG or PNG',
        'b/8.jpg: a web page, not an image',
        'b/9.jpg: a pointer of Git LFS, not the image: fetch it with "git lfs pull"',
        'b/a.jpg: SVG, not supported: convert it to JPEG or PNG',
      ],
    );
    assert.deepEqual(report.blank, ['b/white.png']);
    const lines = formatReport(report);
    assert.ok(lines.some((line) => line.startsWith('skipped 6 files that cannot be read: a/5.heic (HEIC,')));
    assert.ok(lines.includes('without any contrast (all pixels are equal): 1 image: b/white.png'));
  }
  await put('formats/c/0.bmp', 'BM\x46\0\0\0');
  await assert.rejects(openDataset(join(root, 'formats'), { seed: 1 }), {
    code: 'data.empty-class',
    message: /training image for "c"; there is 1 file that cannot be read: c\/0.bmp \(BMP, not/,
    hint: /^Convert or replace those files/,
  });
});

test('leakage is told for each pair of splits', async () => {
  for (const name of ['x', 'y']) await put(`leaky/train/${name}/0.png`);
  const [first, second] = [await picture().png().toBuffer(), await picture().png().toBuffer()];
  await put('leaky/train/x/first.png', first);
  await put('leaky/val/x/first.png', first);
  await put('leaky/val/x/second.png', second);
  await put('leaky/test/x/second.png', second);
  const { report } = await openDataset(join(root, 'leaky'), { seed: 1 });
  assert.deepEqual(report.leakage, [
    { splits: ['train', 'val'], groups: [['train/x/first.png', 'val/x/first.png']] },
    { splits: ['val', 'test'], groups: [['val/x/second.png', 'test/x/second.png']] },
  ]);
  assert.deepEqual(
    formatReport(report).filter((line) => line.startsWith('leakage')),
    [
      'leakage: 1 picture in train and val: train/x/first.png = val/x/first.png',
      'leakage: 1 picture in val and test: val/x/second.png = test/x/second.png',
    ],
  );
});

test('copies are cut into one split', async () => {
  for (const name of ['x', 'y'])
    for (let i = 0; i < 6; i++) {
      const bytes = await picture().png().toBuffer();
      for (const copy of ['', ' (1)']) await put(`copied/${name}/${i}${copy}.png`, bytes);
    }
  for (let seed = 0; seed < 5; seed++) {
    const { report } = await openDataset(join(root, 'copied'), { seed });
    assert.equal(report.duplicates.length, 12);
    assert.deepEqual(report.leakage, []);
    assert.deepEqual(
      report.classes.map(({ train, val, test }) => [train, val, test]),
      Array(2).fill([8, 2, 2]),
    );
  }
});

test('a split that lacks some of the classes is said to, and so are classes that differ only in case', async () => {
  for (const name of ['Iris', 'daisy', 'iris', 'pansy'])
    for (let i = 0; i < 2; i++) await put(`partly/train/${name}/${i}.png`);
  for (const name of ['Iris', 'iris', 'daisy']) await put(`partly/val/${name}/0.png`);
  await put('partly/test/daisy/0.png');
  const { report } = await openDataset(join(root, 'partly'), { seed: 1 });
  const missing = [
    'no validation images of pansy: accuracies on them leave it out',
    'no test images of Iris, iris, pansy: accuracies on them leave these out',
  ];
  const lines = formatReport(report);
  for (const line of [...missing, 'classes that differ only in upper and lower case: Iris, iris'])
    assert.ok(lines.includes(line), lines.join('\n'));
  assert.deepEqual(evidenceIn(report), missing);
  assert.deepEqual(classesWithout('test', report), ['Iris', 'iris', 'pansy']);
  await rm(join(root, 'partly/test'), { recursive: true });
  const { report: untested } = await openDataset(join(root, 'partly'), { seed: 1, testFraction: 0 });
  assert.deepEqual(classesWithout('test', untested), [], 'there is no such split');
});

test('classes that differ only in spaces are said to, with where their names end', async () => {
  for (const [name, other] of [
    ['dandelion', 'dandelion '],
    ['blue bell', 'Blue  bell'],
  ] as const)
    for (const folder of [name, other]) await put(`spaced/${folder}/0.png`);
  const lines = formatReport((await openDataset(join(root, 'spaced'), { seed: 1 })).report);
  for (const line of [
    'classes that differ only in spaces: dandelion, "dandelion "',
    'classes that differ only in spaces, and upper and lower case: "Blue  bell", blue bell',
  ])
    assert.ok(lines.includes(line), lines.join('\n'));
});

test('only splits that have images were cut', async () => {
  for (const name of ['a', 'b']) for (let i = 0; i < 2; i++) await put(`scarce/${name}/${i}.png`);
  const cut = async (fractions: { readonly valFraction?: number; readonly testFraction?: number }) =>
    formatReport((await openDataset(join(root, 'scarce'), { seed: 1, ...fractions })).report).filter((line) =>
      line.startsWith('cut from'),
    );
  assert.deepEqual(await cut({ valFraction: 0, testFraction: 0 }), []);
  assert.deepEqual(await cut({ testFraction: 0 }), ['cut from the training images: val']);
  assert.deepEqual(await cut({}), ['cut from the training images: test'], 'too few for a validation image');
});

test('where a class has no images, what was ignored is said, and what to do', async () => {
  for (const name of ['a', 'b']) for (let i = 0; i < 3; i++) await put(`bare/${name}/${i}`);
  await put('bare/a/notes.txt', '');
  const rename = /^Images are known by their extension, and some files have none: rename them/;
  await assert.rejects(openDataset(join(root, 'bare'), { seed: 1 }), {
    code: 'data.too-few-images',
    message: /only 0 training images; ignored, because .*: 6 files without extension, 1 \.txt file$/,
    hint: rename,
  });
  for (let i = 0; i < 3; i++) await put(`bare/a/${i}.png`);
  await assert.rejects(openDataset(join(root, 'bare'), { seed: 1 }), {
    code: 'data.empty-class',
    message: /no readable training image for "b"; ignored, .*: 6 files without/,
    hint: rename,
  });
});

test('where the names of a class are not UTF-8, the hint is to rename them', {
  skip: process.platform !== 'linux' && 'other systems have no such names',
}, async () => {
  for (let i = 0; i < 3; i++) await put(`lost/a/${i}.png`);
  await mkdir(join(root, 'lost/b'));
  const lost = Buffer.concat([
    Buffer.from(join(root, 'lost/b/caf')),
    Buffer.from([0xe9]),
    Buffer.from('.png'),
  ]);
  await writeFile(lost, await picture().png().toBuffer());
  await assert.rejects(openDataset(join(root, 'lost'), { seed: 1 }), {
    code: 'data.empty-class',
    message: /there is 1 file that cannot be read: b\/caf\ufffd\.png \(a name that is not UTF-8\)$/,
    hint: 'Rename those files, in UTF-8, or remove the folder.',
  });
  await put('lost/b/text.png', 'text');
  await assert.rejects(openDataset(join(root, 'lost'), { seed: 1 }), {
    hint: 'Convert, rename or replace those files, or remove the folder.',
  });
});
