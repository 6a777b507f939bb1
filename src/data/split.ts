import { AdarandError, at } from '../errors.js';
import { Random } from '../random.js';
import type { DatasetImage, LabelledImage } from './image.js';
import type { NearPictures } from './near-groups.js';

/** Fractions of the training images that are cut for a split that is missing, unless others are given. */
export const VAL_FRACTION = 0.1;
export const TEST_FRACTION = 0.2;

export interface SplitOptions {
  readonly seed: number;
  /** Fraction of each class that is cut from `train` when there is no validation split. Default `VAL_FRACTION`. */
  readonly valFraction?: number;
  /** Which of the disjoint parts of that size is cut, from 0 on. Default 0. */
  readonly valFold?: number;
  /** The same for a missing test split. Default `TEST_FRACTION`. */
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
  /** How many disjoint validation splits could be cut, beside the same test split; 1 where it is not cut. */
  readonly folds: number;
  readonly train: readonly DatasetImage[];
  readonly val: readonly DatasetImage[];
  readonly test: readonly DatasetImage[];
}

/**
 * Cuts the splits that are missing from `train`, class by class. A function of the seed, of the order of the images
 * and of which of them are one picture: copies (they have one digest) or joined as near-equal. A class with two pictures or more gives at least
 * one to a split that is cut, the test split first, and always keeps one; a class with a single picture keeps it in
 * `train`. Fractions are of pictures: images of a picture stay together, and pictures of two classes stay in `train`.
 *
 * @throws AdarandError `data.fraction` for fractions that leave nothing to train on, `data.fold`.
 */
export function cutSplits(
  found: Found,
  near: Pick<NearPictures, 'groupOf'>,
  classes: number,
  options: SplitOptions,
): Cut {
  const valFraction = found.val ? 0 : (options.valFraction ?? VAL_FRACTION);
  const testFraction = found.test ? 0 : (options.testFraction ?? TEST_FRACTION);
  if (!(valFraction >= 0 && testFraction >= 0 && valFraction + testFraction < 1)) {
    throw new AdarandError(
      'data.fraction',
      `fractions of ${valFraction} for validation and ${testFraction} for test cannot be cut from the images`,
      `Give fractions of at least 0 whose sum is below 1, such as ${VAL_FRACTION} and ${TEST_FRACTION}.`,
    );
  }
  const random = new Random(options.seed, 'split');
  const { valFold = 0 } = options;
  let folds = Number.POSITIVE_INFINITY;
  const val = new Set<number>();
  const test = new Set<number>();
  const byDigest = classesOf(found.train, digestOf);
  const pictureOf = ({ digest }: DatasetImage) => near.groupOf.get(digest) ?? digest;
  const byPicture = classesOf(found.train, pictureOf);
  for (const members of membersByClass(found.train, classes)) {
    const group = (positions: readonly number[], keyOf: KeyOf) =>
      groupBy(positions, (position) => keyOf(at(found.train, position)));
    const copies = group(members, digestOf).filter(([digest]) => byDigest.get(digest)?.size === 1);
    // Copies are shuffled and then joined: near-equal images, where there are any, leave the others where they were.
    const order = random.shuffle(copies.map((_, number) => number));
    const shuffled = order.flatMap((number) => at(copies, number)[1]);
    const own = group(shuffled, pictureOf).filter(([picture]) => byPicture.get(picture)?.size === 1);
    const imagesOf = (from: number, to: number) => own.slice(from, to).flatMap(([, positions]) => positions);
    const pictures = group(members, pictureOf).length;
    const most = Math.min(own.length, pictures - 1);
    const testCount = share(pictures, testFraction, most);
    const valCount = share(pictures, valFraction, most - testCount);
    for (const index of imagesOf(0, testCount)) test.add(index);
    if (valCount > 0) folds = Math.min(folds, Math.floor((own.length - testCount) / valCount));
    const from = testCount + valFold * valCount;
    for (const index of imagesOf(from, from + valCount)) val.add(index);
  }
  if (!Number.isFinite(folds)) folds = 1;
  else if (valFold >= folds)
    throw new AdarandError(
      'data.fold',
      `there is no share ${valFold} of the validation images: the images suffice for ${folds} disjoint ones, counted from 0`,
      `Choose a smaller one, or a --val-fraction below ${valFraction}.`,
    );
  return {
    folds,
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

type KeyOf = (image: DatasetImage) => string;

const digestOf: KeyOf = ({ digest }) => digest;

/** The classes that a picture is in. */
function classesOf(images: readonly DatasetImage[], keyOf: KeyOf): ReadonlyMap<string, ReadonlySet<number>> {
  const labels = new Map<string, Set<number>>();
  for (const image of images)
    labels.set(keyOf(image), (labels.get(keyOf(image)) ?? new Set()).add(image.label));
  return labels;
}

/** In the order in which the keys come up. */
function groupBy(positions: readonly number[], keyOf: (position: number) => string): [string, number[]][] {
  const groups = new Map<string, number[]>();
  for (const position of positions) {
    const key = keyOf(position);
    const group = groups.get(key);
    if (group) group.push(position);
    else groups.set(key, [position]);
  }
  return [...groups];
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
