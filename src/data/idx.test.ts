import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
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
