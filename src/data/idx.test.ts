import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Random } from '../random.js';
import { formatReport } from './format-report.js';
import { openDataset } from './open.js';

const folder = await mkdtemp(join(tmpdir(), 'adarand-idx-'));
after(() => rm(folder, { recursive: true }));

function idx(magic: number, sizes: readonly number[], payload: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(magic, 0);
  sizes.forEach((size, i) => {
    header.writeUInt32BE(size, 4 + 4 * i);
  });
  return Buffer.concat([header, payload]);
}

const labels = Uint8Array.from({ length: 40 }, (_, i) => i % 10);
const pixels = Uint8Array.from({ length: 40 * 6 }, (_, i) => i);
const images = idx(2051, [40, 2, 3], pixels);
const write = (name: string, bytes: Uint8Array) => writeFile(join(folder, name), bytes);

test('an IDX folder is a dataset of ten classes; damaged files are named', async () => {
  await write('train-images-idx3-ubyte', images);
  await write('train-labels-idx1-ubyte.gz', gzipSync(idx(2049, [40], labels)));
  await write('t10k-images-idx3-ubyte.gz', gzipSync(images));
  await write('t10k-labels-idx1-ubyte', idx(2049, [40], labels));
  const dataset = await openDataset(folder, { seed: 1 });
  assert.deepEqual(dataset.classes, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  assert.deepEqual(
    [dataset.train, dataset.val, dataset.test].map((split) => split.images.length),
    [30, 10, 40],
  );
  const last = dataset.test.images[39];
  assert.ok(last?.image.kind === 'pixels');
  assert.deepEqual([last.label, last.image.width, last.image.height], [9, 3, 2]);
  assert.deepEqual([...last.image.data], [234, 235, 236, 237, 238, 239]);

  const opening = () => openDataset(folder, { seed: 1 });
  await write('train-images-idx3-ubyte', images.subarray(0, images.length - 1));
  await assert.rejects(opening, { code: 'data.idx', message: /should have 256 bytes and has 255/ });
  await write('train-images-idx3-ubyte', idx(2050, [40, 2, 3], pixels));
  await assert.rejects(opening, { code: 'data.idx', message: /does not start with 2051/ });
  await write('train-images-idx3-ubyte', images);
  await write('train-labels-idx1-ubyte.gz', gzipSync(idx(2049, [40], labels)).subarray(0, 30));
  await assert.rejects(opening, { code: 'data.idx', message: /not a complete gzip/ });
  await rm(join(folder, 'train-labels-idx1-ubyte.gz'));
  await assert.rejects(opening, { code: 'data.idx', message: /not the labels/ });
});

async function emptyFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'adarand-idx-'));
  after(() => rm(path, { recursive: true }));
  return path;
}

test('names with a dot or in capitals, and files in folders of their names, are read alike', async () => {
  const layouts = [
    ['train-images.idx3-ubyte', 'train-labels.idx1-ubyte'],
    ['Train-Images-IDX3-ubyte', 'TRAIN-LABELS.IDX1-UBYTE'],
    ['train-images-idx3-ubyte/train-images-idx3-ubyte', 'train-labels-idx1-ubyte/train-labels.idx1-ubyte'],
  ];
  for (const [imageFile = '', labelFile = ''] of layouts) {
    const path = await emptyFolder();
    for (const [name, bytes] of [
      [imageFile, images] as const,
      [labelFile, idx(2049, [40], labels)] as const,
    ]) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), bytes);
    }
    const { train, val, test: testing } = await openDataset(path, { seed: 1 });
    assert.deepEqual(
      [train, val, testing].map((split) => split.images.length),
      [20, 10, 10],
    );
  }
});

test('the classes are the labels that are there', async () => {
  const path = await emptyFolder();
  const some = labels.map((label) => 2 * (label % 3) + 1);
  await writeFile(join(path, 'train-images-idx3-ubyte'), images);
  await writeFile(join(path, 'train-labels-idx1-ubyte'), idx(2049, [40], some));
  const { classes, train } = await openDataset(path, { seed: 1, valFraction: 0, testFraction: 0 });
  assert.deepEqual(classes, ['1', '3', '5']);
  assert.deepEqual(
    train.images.map(({ label }) => label),
    [...labels].map((label) => label % 3),
  );
  await writeFile(join(path, 't10k-images-idx3-ubyte'), images);
  await writeFile(join(path, 't10k-labels-idx1-ubyte'), idx(2049, [40], labels));
  const opening = () => openDataset(path, { seed: 1 });
  await assert.rejects(opening, {
    code: 'data.idx',
    message: /test images with the label 0, but no such training/,
  });
  await rm(join(path, 'train-images-idx3-ubyte'));
  await rm(join(path, 'train-labels-idx1-ubyte'));
  await assert.rejects(opening, { code: 'data.idx', message: /but no training images$/ });
});

test('a folder or a broken link in place of a file is named', async () => {
  const path = await emptyFolder();
  await mkdir(join(path, 'train-images-idx3-ubyte'));
  await symlink(join(path, 'nowhere'), join(path, 'train-labels-idx1-ubyte'));
  const opening = () => openDataset(path, { seed: 1 });
  await assert.rejects(opening, {
    code: 'data.idx',
    message: /images-idx3-ubyte is a folder without the IDX file/,
  });
  await rm(join(path, 'train-images-idx3-ubyte'), { recursive: true });
  await writeFile(join(path, 'train-images-idx3-ubyte'), images);
  await assert.rejects(opening, { code: 'data.idx', message: /labels-idx1-ubyte cannot be read$/ });
});

test('copies and blank images inside the files are found; copies are cut into one split', async () => {
  const path = await emptyFolder();
  // Of 60 pictures, each twice, in three classes; picture 7 has no contrast, 8 is also in the class after its own.
  const size = 12 * 12;
  const some = new Uint8Array(121 * size);
  const classes = new Uint8Array(121);
  for (let i = 0; i < 121; i++) {
    const picture = i === 120 ? 8 : i % 60;
    const random = new Random(3, 'test', picture);
    classes[i] = (picture + Number(i === 120)) % 3;
    for (let j = 0; j < size; j++) some[i * size + j] = picture === 7 ? 20 : random.below(256);
  }
  await writeFile(join(path, 'train-images-idx3-ubyte'), idx(2051, [121, 12, 12], some));
  await writeFile(join(path, 'train-labels-idx1-ubyte'), idx(2049, [121], classes));
  for (let seed = 0; seed < 3; seed++) {
    const { train, val, test: testing, report } = await openDataset(path, { seed });
    assert.deepEqual(
      [train, val, testing].map((split) => split.images.length),
      [85, 12, 24],
    );
    assert.equal(report.duplicates.length, 60);
    assert.deepEqual(report.leakage, []);
    assert.deepEqual(report.contradictory, [['train[8]', 'train[68]', 'train[120]']]);
    assert.deepEqual(report.blank, ['train[7]', 'train[67]']);
    const lines = formatReport(report);
    assert.ok(lines.includes('duplicates: 60 pictures more than once'), lines.join('\n'));
    assert.ok(lines.includes('contradictory: 1 picture in two classes: train[8] = train[68] = train[120]'));
  }
  await writeFile(join(path, 't10k-images-idx3-ubyte'), idx(2051, [2, 12, 12], some.subarray(0, 2 * size)));
  await writeFile(join(path, 't10k-labels-idx1-ubyte'), idx(2049, [2], classes.subarray(0, 2)));
  const { report } = await openDataset(path, { seed: 1, valFraction: 0 });
  assert.deepEqual(report.leakage, [
    {
      splits: ['train', 'test'],
      groups: [
        ['train[0]', 'train[60]', 'test[0]'],
        ['train[1]', 'train[61]', 'test[1]'],
      ],
    },
  ]);
});

test('a zipped file is unzipped as far as its header asks, and no further', async () => {
  const path = await emptyFolder();
  const bomb = gzipSync(Buffer.concat([images, Buffer.alloc(300_000_000)]));
  await writeFile(join(path, 'train-images-idx3-ubyte.gz'), bomb);
  await writeFile(join(path, 'train-labels-idx1-ubyte'), idx(2049, [40], labels));
  const opening = () => openDataset(path, { seed: 1 });
  const before = process.resourceUsage().maxRSS;
  const more = /train-images-idx3-ubyte\.gz holds more than the 256 bytes that its header asks for$/;
  await assert.rejects(opening, { code: 'data.idx', message: more });
  assert.ok(process.resourceUsage().maxRSS - before < 50_000, 'in kilobytes');

  const vast = gzipSync(idx(2051, [1_000_000, 1000, 1000], new Uint8Array(9)));
  await writeFile(join(path, 'train-images-idx3-ubyte.gz'), vast);
  await assert.rejects(opening, {
    code: 'data.idx',
    message: /should hold 1000000000016 bytes, more than 1073741824$/,
  });

  await writeFile(
    join(path, 'train-images-idx3-ubyte.gz'),
    gzipSync(idx(2051, [40, 0, 3], new Uint8Array())),
  );
  await assert.rejects(opening, { code: 'data.idx', message: /has images of 3 x 0 pixels$/ });
  await writeFile(join(path, 'train-images-idx3-ubyte.gz'), gzipSync(Uint8Array.of(0, 0, 8, 3)));
  await assert.rejects(opening, { code: 'data.idx', message: /is truncated: 4 bytes$/ });
  await writeFile(join(path, 'train-images-idx3-ubyte.gz'), gzipSync(images));
  assert.equal((await openDataset(path, { seed: 1 })).classes.length, 10);
});
