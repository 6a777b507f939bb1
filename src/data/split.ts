import { AdarandError, at } from '../errors.js';
import { Random } from '../random.js';
import type { DatasetImage, LabelledImage } from './image.js';

export interface SplitOptions {
  readonly seed: number;
  /** Fraction of each class that is cut from `train` when there is no validation split. Default 0.1. */
  readonly valFraction?: number;
  /** The same for a missing test split. Default 0.2. */
  readonly testFraction?: number;
  /** Fraction of each class's training images to use, for learning curves on less data. Default 1. */
  readonly trainFraction?: number;
}

interface Found {
  readonly train: readonly DatasetImage[];
  readonly val?: readonly DatasetImage[] | undefined;
  readonly test?: readonly DatasetImage[] | undefined;
}

interface Cut {
  readonly train: readonly DatasetImage[];
  readonly val: readonly DatasetImage[];
  readonly test: readonly DatasetImage[];
}

/**
 * Cuts the splits that are missing from `train`, class by class. A function of the seed, of the order of the images
 * and of which of them are copies (have one digest) of one picture. A class with two pictures or more gives at least
 * one to a split that is cut, the test split first, and always keeps one; a class with a single picture keeps it in
 * `train`. Fractions are of pictures: copies stay together, and pictures of two classes stay in `train`.
 *
 * @throws AdarandError `data.fraction` for fractions that leave nothing to train on.
 */
export function cutSplits(found: Found, classes: number, options: SplitOptions): Cut {
  const valFraction = found.val ? 0 : (options.valFraction ?? 0.1);
  const testFraction = found.test ? 0 : (options.testFraction ?? 0.2);
  if (!(valFraction >= 0 && testFraction >= 0 && valFraction + testFraction < 1)) {
    throw new AdarandError(
      'data.fraction',
      `fractions of ${valFraction} for validation and ${testFraction} for test cannot be cut from the images`,
      'Give fractions of at least 0 whose sum is below 1, such as 0.1 and 0.2.',
    );
  }
  const random = new Random(options.seed, 'split');
  const val = new Set<number>();
  const test = new Set<number>();
  for (const { pictures, own } of picturesByClass(found.train, classes)) {
    const order = random.shuffle(own.map((_, position) => position));
    const imagesOf = (positions: readonly number[]) => positions.flatMap((position) => at(own, position));
    const most = Math.min(own.length, pictures - 1);
    const testCount = share(pictures, testFraction, most);
    const valCount = share(pictures, valFraction, most - testCount);
    for (const index of imagesOf(order.slice(0, testCount))) test.add(index);
    for (const index of imagesOf(order.slice(testCount, testCount + valCount))) val.add(index);
  }
  return {
    train: found.train.filter((_, index) => !val.has(index) && !test.has(index)),
    val: found.val ?? found.train.filter((_, index) => val.has(index)),
    test: found.test ?? found.train.filter((_, index) => test.has(index)),
  };
}

/**
 * A stratified part of the training images, in their order, at least one per class, and what is left. For one seed,
 * a smaller part is contained in every larger one.
 *
 * @throws AdarandError `data.fraction` unless the fraction is in (0, 1].
 */
export function takeFraction<Image extends LabelledImage>(
  images: readonly Image[],
  classes: number,
  options: SplitOptions,
): { readonly taken: readonly Image[]; readonly left: readonly Image[] } {
  const { seed, trainFraction = 1 } = options;
  if (!(trainFraction > 0 && trainFraction <= 1)) {
    throw new AdarandError(
      'data.fraction',
      `a training fraction of ${trainFraction} is not possible`,
      'Give a fraction above 0 and at most 1, such as 0.25.',
    );
  }
  if (trainFraction === 1) return { taken: images, left: [] };
  const random = new Random(seed, 'subset');
  const taken = new Set<number>();
  for (const members of membersByClass(images, classes)) {
    random.shuffle(members);
    const count = share(members.length, trainFraction, members.length);
    for (const index of members.slice(0, count)) taken.add(index);
  }
  return {
    taken: images.filter((_, index) => taken.has(index)),
    left: images.filter((_, index) => !taken.has(index)),
  };
}

interface ClassPictures {
  readonly pictures: number;
  /** The positions of each picture's copies, for the pictures that are in no other class. */
  readonly own: readonly (readonly number[])[];
}

function picturesByClass(images: readonly DatasetImage[], classes: number): ClassPictures[] {
  const labels = new Map<string, Set<number>>();
  for (const { digest, label } of images) labels.set(digest, (labels.get(digest) ?? new Set()).add(label));
  return membersByClass(images, classes).map((members) => {
    const copies = new Map<string, number[]>();
    for (const index of members) {
      const key = at(images, index).digest;
      copies.set(key, [...(copies.get(key) ?? []), index]);
    }
    const own = Array.from(copies).filter(([key]) => labels.get(key)?.size === 1);
    return { pictures: copies.size, own: own.map(([, positions]) => positions) };
  });
}

/** The positions of each class's images. */
function membersByClass(images: readonly LabelledImage[], classes: number): number[][] {
  const members = Array.from({ length: classes }, (): number[] => []);
  images.forEach(({ label }, index) => {
    members[label]?.push(index);
  });
  return members;
}

/** The fraction of `size`, rounded; at least one (unless the fraction is 0) but never more than `most`. */
function share(size: number, fraction: number, most: number): number {
  return fraction === 0 ? 0 : Math.max(0, Math.min(most, Math.max(1, Math.round(size * fraction))));
}
