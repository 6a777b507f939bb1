import type { DatasetImage, ImageCache } from '../../data/index.js';
import { AdarandError } from '../../errors.js';
import type { RunHost } from '../events.js';
import { type ImageUse, type ListedImage, readImageList } from '../folder/image-list.js';
import { openWhole } from './open-whole.js';
import type { RunModel } from './run-model.js';

/** The images of a run that have one use, with the names that it lists them by, and the labels of its classes. */
export interface FoundImages {
  readonly images: readonly DatasetImage[];
  /** Those that are not there any more. */
  readonly lost: readonly ListedImage[];
}

/**
 * Looks for the images of a run, by their contents, in the folder `where`; the result gives those of each use, in the order
 * in which the run lists them.
 *
 * @throws AdarandError `run.damaged`, or as `readImageList` and `openDataset` do.
 */
export async function findImages(
  { folder, record }: Pick<RunModel, 'folder' | 'record'>,
  where: string,
  cache: ImageCache,
  host: RunHost,
): Promise<(use: Exclude<ImageUse, 'source'>) => FoundImages> {
  const list = await readImageList(folder.images, record);
  const { train, val, test } = await openWhole(where, cache, host);
  const byDigest = new Map(
    [...train.images, ...val.images, ...test.images].map((image) => [image.digest, image]),
  );
  const { classes } = record.data;
  return (use) => {
    const images: DatasetImage[] = [];
    const lost: ListedImage[] = [];
    for (const listed of list.filter(({ split }) => split === use)) {
      const label = classes.indexOf(listed.class);
      if (label < 0)
        throw new AdarandError(
          'run.damaged',
          `${folder.images} has an image of the class "${listed.class}", which is not one of the run's`,
          'Restore the run folder as it was, or train again.',
        );
      const image = byDigest.get(listed.digest);
      if (image === undefined) lost.push(listed);
      else images.push({ ...image, name: listed.path, label });
    }
    return { images, lost };
  };
}
