import type { DatasetImage, ImageCache } from '../../data/index.js';
import { AdarandError, at, invariant } from '../../errors.js';
import type { RunHost } from '../events.js';
import { type ListedImage, readImageList } from '../folder/image-list.js';
import { openWhole } from './open-whole.js';
import type { RunModel } from './run-model.js';

/** The images that a run was trained on, and those that it was validated on, with the labels of its classes. */
export interface KnownImages {
  readonly train: readonly DatasetImage[];
  readonly val: readonly DatasetImage[];
}

/**
 * Finds the images of a run again, by their contents: in `data`, or in the folder that it was trained on.
 *
 * @throws AdarandError `export.no-images` where some of them are not there.
 */
export async function knownImages(
  { folder, record, head }: Pick<RunModel, 'folder' | 'record' | 'head'>,
  data: string | undefined,
  cache: ImageCache,
  host: RunHost,
): Promise<KnownImages> {
  const list = (await readImageList(folder.images)).filter(
    ({ split }) => split === 'train' || split === 'val',
  );
  const where = data ?? record.options.data;
  const dataset = await openWhole(where, cache, host).catch((error: unknown) => {
    if (data !== undefined || !(error instanceof AdarandError) || !/^data\./.test(error.code)) throw error;
    throw missing(`the images that the run was trained on are needed: ${error.message}`, error);
  });
  const { train, val, test } = dataset;
  const byDigest = new Map(
    [...train.images, ...val.images, ...test.images].map((image) => [image.digest, image]),
  );
  const lost = list.filter(({ digest }) => !byDigest.has(digest));
  const [first] = lost;
  if (first !== undefined)
    throw missing(
      `${where} lacks ${lost.length} of the ${list.length} images that the run was trained and validated on, by content: ${first.path}`,
    );
  const of = (wanted: ListedImage['split']) =>
    list.flatMap(({ split, digest, class: name }) => {
      if (split !== wanted) return [];
      const image = byDigest.get(digest);
      invariant(image !== undefined, 'no image is lost');
      const label = head.classes.indexOf(name);
      invariant(label >= 0, 'a listed class is one of the run');
      return [{ ...image, label }];
    });
  return { train: of('train'), val: of('val') };
}

/** `count` of the images, or all, spread evenly over their order, which is that of the classes. */
export function spread<T>(images: readonly T[], count: number): T[] {
  const chosen = Math.min(count, images.length);
  return Array.from({ length: chosen }, (_, i) => at(images, Math.floor((i * images.length) / chosen)));
}

function missing(message: string, cause?: unknown): AdarandError {
  return new AdarandError(
    'export.no-images',
    message,
    'Name the folder that has them with --data DIR, or export without --quantize.',
    cause,
  );
}
