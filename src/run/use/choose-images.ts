import { type Dataset, type DatasetImage, nearEqual } from '../../data/index.js';
import { AdarandError } from '../../errors.js';
import type { ListedImage } from '../folder/image-list.js';

export type EvaluatedSplit = 'train' | 'val' | 'test' | 'all';

export interface ChosenImages {
  readonly split: EvaluatedSplit;
  readonly images: readonly DatasetImage[];
  /** How many images the run trained on and validated on, by content: among those chosen, or left out. */
  readonly seen: { readonly trained: number; readonly validated: number };
  /** Whether these were left out. */
  readonly leftOut: boolean;
  /** Chosen images that are test images of the run, by content. */
  readonly tested: number;
  /** Chosen images that the run would have trained on but for its training fraction. */
  readonly unused: number;
  /** Chosen images that are near-equal to one that the run trained or validated on, with that one. They are kept. */
  readonly near: ReadonlyMap<DatasetImage, ListedImage>;
  /** Images of DATA that were not asked for. */
  readonly others: number;
}

/** What a run did with images, by their digests. */
export class SeenImages {
  readonly #trained: ReadonlySet<string>;
  readonly #validated: ReadonlySet<string>;
  readonly #tested: ReadonlySet<string>;
  readonly #unused: ReadonlySet<string>;
  readonly #learned: readonly ListedImage[];

  constructor(list: readonly ListedImage[]) {
    const digests = (...splits: readonly ListedImage['split'][]) =>
      new Set(list.flatMap(({ split, digest }) => (splits.includes(split) ? [digest] : [])));
    this.#trained = digests('train', 'source');
    this.#validated = digests('val');
    this.#tested = digests('test');
    this.#unused = digests('unused');
    this.#learned = list.filter(({ split }) => split === 'train' || split === 'source' || split === 'val');
  }

  /** Undefined for an image that the run did not learn from. */
  use({ digest }: DatasetImage): 'trained' | 'validated' | undefined {
    if (this.#trained.has(digest)) return 'trained';
    return this.#validated.has(digest) ? 'validated' : undefined;
  }

  /** Of images that the run did not learn from, those that are near-equal to one that it did. */
  nearly(images: readonly DatasetImage[]): ReadonlyMap<DatasetImage, ListedImage> {
    return nearEqual(
      images.filter((image) => this.use(image) === undefined),
      this.#learned,
    );
  }

  isTest({ digest }: DatasetImage): boolean {
    return this.#tested.has(digest);
  }

  isUnused({ digest }: DatasetImage): boolean {
    return this.#unused.has(digest);
  }
}

/**
 * The images of DATA that an evaluation is of. DATA is not cut.
 *
 * - `test`: those of its test/, or all if it has none, without those that the run trained or validated on.
 * - `all`: all.
 * - `train`, `val`: those of its folder of that name if it has one, else those that the run trained or validated on.
 *
 * @throws AdarandError `evaluate.no-images`.
 */
export function chooseImages(
  dataset: Dataset,
  known: SeenImages,
  split: EvaluatedSplit = 'test',
): ChosenImages {
  const { train, val, test, report } = dataset;
  const all = [...train.images, ...val.images, ...test.images];
  const has = (name: 'val' | 'test') => !report.cutFromTrain.includes(name);
  const used = (images: readonly DatasetImage[], use: 'trained' | 'validated') =>
    images.filter((image) => known.use(image) === use);
  const candidates = {
    all: () => all,
    test: () => (has('test') ? test.images : all),
    val: () => (has('val') ? val.images : used(all, 'validated')),
    train: () => (has('val') || has('test') ? train.images : used(all, 'trained')),
  }[split]();
  const leftOut = split === 'test';
  const images = leftOut ? candidates.filter((image) => known.use(image) === undefined) : candidates;
  const seen = {
    trained: used(candidates, 'trained').length,
    validated: used(candidates, 'validated').length,
  };
  if (images.length === 0) throw nothing(report.path, split, candidates.length);
  const tested = images.filter((image) => known.isTest(image)).length;
  const unused = images.filter((image) => known.isUnused(image)).length;
  const near = known.nearly(images);
  return { split, images, seen, leftOut, tested, near, unused, others: all.length - candidates.length };
}

function nothing(path: string, split: EvaluatedSplit, seen: number): AdarandError {
  if (split === 'test' && seen > 0)
    return new AdarandError(
      'evaluate.no-images',
      `the run was trained or validated on all ${seen} images of ${path}`,
      'Give images that it has not seen, or score these with --split all.',
    );
  return new AdarandError(
    'evaluate.no-images',
    `${path} has no images to evaluate in its ${split} split`,
    'Choose another --split.',
  );
}
