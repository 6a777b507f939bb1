import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AdarandError, at } from '../errors.js';
import type { DatasetImages } from './dataset.js';
import type { LabelledImage } from './image.js';

/**
 * Reads a folder in MNIST's IDX format (LeCun et al.; also Fashion-MNIST, KMNIST): `train-images-idx3-ubyte`,
 * `train-labels-idx1-ubyte`, and the same with `t10k-` for the test split, each plain or `.gz`. `undefined` when the folder
 * holds no such files.
 *
 * @throws AdarandError `data.idx` for a file that is missing, truncated or not IDX.
 */
export async function readIdxFolder(folder: string): Promise<DatasetImages | undefined> {
  // A folder that cannot be listed is for the image scan to explain.
  const names = new Set(await readdir(folder).catch(() => []));
  const train = await readSplit(folder, names, 'train');
  if (!train) return undefined;
  const classes = Array.from({ length: 10 }, (_, digit) => String(digit));
  return { path: folder, classes, train, test: await readSplit(folder, names, 't10k') };
}

async function readSplit(folder: string, names: ReadonlySet<string>, prefix: string) {
  const images = present(names, `${prefix}-images-idx3-ubyte`);
  const labels = present(names, `${prefix}-labels-idx1-ubyte`);
  if (!images && !labels) return undefined;
  if (!images || !labels) {
    throw new AdarandError(
      'data.idx',
      `${folder} has ${images ?? labels} but not the ${images ? 'labels' : 'images'} that belong to it`,
      `An IDX split is two files: ${prefix}-images-idx3-ubyte and ${prefix}-labels-idx1-ubyte (or both .gz).`,
    );
  }
  return parseIdx(
    await readMaybeZipped(join(folder, images)),
    await readMaybeZipped(join(folder, labels)),
    join(folder, images),
  );
}

/**
 * The images of one split from the bytes of its two files: big-endian headers (magic 2051, count, rows, columns;
 * magic 2049, count), then unsigned bytes. `name` is used in errors.
 *
 * @throws AdarandError `data.idx`.
 */
export function parseIdx(images: Uint8Array, labels: Uint8Array, name: string): LabelledImage[] {
  const [count = 0, height = 0, width = 0] = header(images, 2051, 3, name);
  const [labelCount = 0] = header(labels, 2049, 1, `the labels of ${name}`);
  if (count !== labelCount) fail(`${name} has ${count} images but ${labelCount} labels`);
  const size = width * height;
  return Array.from({ length: count }, (_, index) => {
    const start = 16 + index * size;
    const data = images.subarray(start, start + size);
    const label = at(labels, 8 + index);
    if (label > 9) fail(`${name} has the label ${label}; MNIST's format has 0 to 9`);
    return { image: { kind: 'pixels', width, height, channels: 1, data }, label };
  });
}

/** The dimensions in an IDX header whose payload has exactly the size they promise. */
function header(bytes: Uint8Array, magic: number, dimensions: number, name: string): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerBytes = 4 + 4 * dimensions;
  if (bytes.length < headerBytes) fail(`${name} is truncated: ${bytes.length} bytes`);
  const found = view.getUint32(0);
  if (found !== magic) fail(`${name} does not start with ${magic} but with ${found}`);
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = sizes.reduce((product, size) => product * size, 1) + headerBytes;
  if (bytes.length !== expected) fail(`${name} should have ${expected} bytes and has ${bytes.length}`);
  return sizes;
}

function present(names: ReadonlySet<string>, name: string): string | undefined {
  return [name, `${name}.gz`].find((candidate) => names.has(candidate));
}

async function readMaybeZipped(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path);
  if (!path.endsWith('.gz')) return bytes;
  try {
    return await promisify(gunzip)(bytes);
  } catch (error) {
    throw new AdarandError(
      'data.idx',
      `${path} is not a complete gzip file`,
      'Download the file again.',
      error,
    );
  }
}

function fail(message: string): never {
  throw new AdarandError('data.idx', message, 'The file is damaged or of another kind; download it again.');
}
