import { invariant } from '../errors.js';
import type { ImageCache } from './cache.js';
import { type Dataset, type DatasetOptions, recognised } from './dataset.js';
import { readIdxFolder } from './idx.js';
import type { LabelledImage } from './image.js';
import { inspectImages, type RememberedFiles } from './inspect.js';
import { scanFolder } from './scan.js';
import type { SplitName } from './shape.js';
import type { SplitOptions } from './split.js';

export interface OpenOptions extends DatasetOptions {
  /** Receives what is decoded while the files are checked, so that the first epoch need not decode again. */
  readonly cache?: ImageCache;
  /** What is known of files from before. */
  readonly remembered?: RememberedFiles;
  /** Called after each file that was checked. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Opens a folder of images (see `scanFolder` for the layouts) or of IDX files, checks every image, and splits.
 * Damaged images are skipped and reported; nothing on disk is changed. The splits are functions of the seed, of
 * the sorted paths of the readable images, and of which of them are copies or near-equal.
 *
 * @throws AdarandError as `scanFolder`, `readIdxFolder` and `createDataset` do.
 */
export async function openDataset(path: string, options: OpenOptions): Promise<Dataset> {
  return (await readDataset(path, options))(options);
}

/** The same, with everything read and looked at once: what it returns splits the images, as often as wanted. */
export async function readDataset(
  path: string,
  options: Omit<OpenOptions, keyof SplitOptions>,
): Promise<(splits: SplitOptions) => Dataset> {
  const idx = await readIdxFolder(path, options);
  return idx ? recognised(idx, options) : readImageFolder(path, options);
}

async function readImageFolder(path: string, options: Omit<OpenOptions, keyof SplitOptions>) {
  const { classes, images, splits, ignored, nested } = await scanFolder(path, options);
  const paths = images.map((image) => image.path);
  const { identities, damaged } = await inspectImages(paths, options);
  const labels = new Map(classes.map((name, label) => [name, label]));
  const labelOf = (name: string) => {
    const label = labels.get(name);
    invariant(label !== undefined, `${name} is a class`);
    return label;
  };
  const readable = (split: SplitName): LabelledImage[] | undefined => {
    if (!splits.has(split)) return undefined;
    return images
      .filter((image) => image.split === split && identities.has(image.path))
      .map((image) => ({
        image: { kind: 'file', path: image.path },
        label: labelOf(image.className),
      }));
  };
  const source = {
    path,
    classes,
    train: readable('train') ?? [],
    val: readable('val'),
    test: readable('test'),
  };
  return recognised(source, options, { ignored, damaged, identities, nested });
}
