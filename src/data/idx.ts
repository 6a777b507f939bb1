import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AdarandError, at } from '../errors.js';
import { specialKind } from '../files/special.js';
import type { DatasetImages, DatasetOptions } from './dataset.js';
import { contentsOf } from './entries.js';
import { fail, type IdxKind, parseIdxHeader, readIdxFile } from './idx-file.js';
import type { LabelledImage } from './image.js';

/**
 * Reads a folder in MNIST's IDX format (LeCun et al.; also Fashion-MNIST, KMNIST): `train-images-idx3-ubyte`,
 * `train-labels-idx1-ubyte`, and the same with `t10k-` for the test split, each plain or `.gz`; also with a dot
 * (`train-images.idx3-ubyte`), in any case, or inside a folder of the file's name. The classes are the labels that the
 * training images have. `undefined` when the folder holds no such files.
 * For images that are to be evaluated (`partial`), the test split alone will do.
 *
 * @throws AdarandError `data.idx` for a file that is missing, truncated or not IDX, or a test label without training images.
 */
export async function readIdxFolder(
  folder: string,
  { partial = false }: Pick<DatasetOptions, 'partial'> = {},
): Promise<DatasetImages | undefined> {
  // A folder that cannot be listed is for the image scan to explain.
  const names = await readdir(folder).catch(() => []);
  const train = await readSplit(folder, names, 'train');
  const test = await readSplit(folder, names, 't10k');
  if (!train && !(partial && test)) {
    if (!test) return undefined;
    throw new AdarandError(
      'data.idx',
      `${folder} has t10k-images-idx3-ubyte, the test images, but no training images`,
      `Put ${twoFiles('train')} beside it.`,
    );
  }
  const digits = [...new Set((train ?? test ?? []).map(({ label }) => label))].sort((a, b) => a - b);
  const untrained = test?.find(({ label }) => !digits.includes(label));
  if (untrained) {
    throw new AdarandError(
      'data.idx',
      `${folder} has test images with the label ${untrained.label}, but no such training images`,
      `The training images have the labels ${digits.join(', ')}: take the two splits from one dataset.`,
    );
  }
  const numbered = (images: readonly LabelledImage[]) =>
    images.map(({ image, label }) => ({ image, label: digits.indexOf(label) }));
  return {
    path: folder,
    classes: digits.map(String),
    train: numbered(train ?? []),
    test: test && numbered(test),
  };
}

async function readSplit(folder: string, names: readonly string[], prefix: string) {
  const images = await present(folder, names, `${prefix}-images-idx3-ubyte`);
  const labels = await present(folder, names, `${prefix}-labels-idx1-ubyte`);
  if (images && labels)
    return parseIdx(await readIdxFile(images, 'images'), await readIdxFile(labels, 'labels'), images);
  const found = images ?? labels;
  if (found === undefined) return undefined;
  throw new AdarandError(
    'data.idx',
    `${folder} has ${basename(found)} but not the ${images ? 'labels' : 'images'} that belong to it`,
    `An IDX split is two files: ${twoFiles(prefix)} (or both .gz).`,
  );
}

function twoFiles(prefix: string): string {
  return `${prefix}-images-idx3-ubyte and ${prefix}-labels-idx1-ubyte`;
}

/**
 * The images of one split from the bytes of its two files: big-endian headers (magic 2051, count, rows, columns;
 * magic 2049, count), then unsigned bytes. `name` is used in errors.
 *
 * @throws AdarandError `data.idx`.
 */
export function parseIdx(images: Uint8Array, labels: Uint8Array, name: string): LabelledImage[] {
  const [count = 0, height = 0, width = 0] = header(images, 'images', name);
  const [labelCount = 0] = header(labels, 'labels', `the labels of ${name}`);
  if (count !== labelCount) fail(`${name} has ${count} images but ${labelCount} labels`);
  const size = width * height;
  if (count > 0 && size === 0) fail(`${name} has images of ${width} x ${height} pixels`);
  return Array.from({ length: count }, (_, index) => {
    const start = 16 + index * size;
    const data = images.subarray(start, start + size);
    const label = at(labels, 8 + index);
    if (label > 9) fail(`${name} has the label ${label}; MNIST's format has 0 to 9`);
    return { image: { kind: 'pixels', width, height, channels: 1, data }, label };
  });
}

/** The dimensions in an IDX header whose payload has exactly the size they promise. */
function header(bytes: Uint8Array, kind: IdxKind, name: string): readonly number[] {
  const { sizes, bytes: expected } = parseIdxHeader(bytes, kind, name);
  if (bytes.length !== expected) fail(`${name} should have ${expected} bytes and has ${bytes.length}`);
  return sizes;
}

/** The path of a file of the format, plain before zipped. */
async function present(folder: string, names: readonly string[], name: string): Promise<string | undefined> {
  for (const wanted of [name, `${name}.gz`]) {
    const found = names.find((candidate) => candidate.toLowerCase().replace('.idx', '-idx') === wanted);
    if (found !== undefined) return fileAt(join(folder, found), name);
  }
  return undefined;
}

/** The file, or the one inside a folder of its name (some archives unpack to that). */
async function fileAt(path: string, name: string): Promise<string> {
  // What cannot be looked at is told when it is opened.
  const found = await stat(path).catch(() => undefined);
  const special = found && specialKind(found);
  if (special !== undefined) fail(`${path} is a ${special}, not a file`);
  if (!found?.isDirectory()) return path;
  const inside = await present(
    path,
    (await contentsOf(path)).entries.map((entry) => entry.name),
    name,
  );
  if (inside !== undefined) return inside;
  throw new AdarandError(
    'data.idx',
    `${path} is a folder without the IDX file that it is named after`,
    `Put the file ${name} in its place.`,
  );
}
