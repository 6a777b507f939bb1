import type { DatasetImage, ImageCache } from '../../data/index.js';
import { AdarandError, at } from '../../errors.js';
import type { RunHost } from '../events.js';
import { findImages } from './find-images.js';
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
  model: Pick<RunModel, 'folder' | 'record'>,
  data: string | undefined,
  cache: ImageCache,
  host: RunHost,
): Promise<KnownImages> {
  const where = data ?? model.record.options.data;
  const found = await findImages(model, where, cache, host).catch((error: unknown) => {
    if (data !== undefined || !(error instanceof AdarandError) || !/^data\./.test(error.code)) throw error;
    throw missing(`the images that the run was trained on are needed: ${error.message}`, error);
  });
  const [train, val] = [found('train'), found('val')];
  const lost = [...train.lost, ...val.lost];
  const listed = lost.length + train.images.length + val.images.length;
  const [first] = lost;
  if (first !== undefined)
    throw missing(
      `${where} lacks ${lost.length} of the ${listed} images that the run was trained and validated on, by content: ${first.path}`,
    );
  return { train: train.images, val: val.images };
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
