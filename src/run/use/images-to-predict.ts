import { decodeFailure } from '../../data/decode.js';
import { type EvaluationSize, evaluationPixels } from '../../data/evaluation-pixels.js';
import { describeIgnored, imagesIn, type LabelledImage, NO_EXTENSION, nameImages } from '../../data/index.js';
import { isLostName, LOST_NAME } from '../../data/lost-name.js';
import { AdarandError } from '../../errors.js';
import { statIfThere } from '../../files/if-there.js';
import { failureOf } from '../failure.js';
import type { GivenImage, ImagePrediction } from '../operations/predict.js';
import { noImage } from './no-image.js';
import { unreadable } from './unreadable-image.js';

/** An answer that is an error. */
export type Failed = Extract<ImagePrediction, { readonly error: object }>;

export function isFailed(item: object): item is Failed {
  return 'error' in item;
}

/** An image file that is there, on disk or in memory; whether it is an image is found when it is decoded. */
export interface FoundImage {
  /** What answers call it. */
  readonly name: string;
  /** Its path, or its bytes. */
  readonly file: string | Uint8Array;
}

/** The images that were asked for: of a folder, all that are in it. */
export async function imagesOf(given: readonly GivenImage[]): Promise<(FoundImage | Failed)[]> {
  const found = given.map((image, i) => {
    if (typeof image === 'string') return imagesAt(image);
    return image instanceof Uint8Array
      ? [{ name: `images[${i}]`, file: image }]
      : [{ name: image.name, file: image.bytes }];
  });
  return (await Promise.all(found)).flat();
}

/** The file at a path, or the images of the folder there. */
async function imagesAt(path: string): Promise<(FoundImage | Failed)[]> {
  try {
    const found = await statIfThere(path);
    if (found?.isFile()) return [{ name: path, file: path }];
    if (!found && isLostName(path)) return [nothingAt(path, `has ${LOST_NAME}`, 'Rename it.')];
    if (!found?.isDirectory()) return [nothingAt(path, found ? 'is not a file' : 'does not exist')];
    const ignored = new Map<string, number>();
    const inside = await imagesIn(path, (kind) => ignored.set(kind, (ignored.get(kind) ?? 0) + 1));
    if (inside.length === 0 && ignored.size > 0)
      return [
        nothingAt(
          path,
          `has no images, but ${describeIgnored(ignored, 5)}`,
          ignored.has(NO_EXTENSION) ? nameImages : undefined,
        ),
      ];
    if (inside.length === 0) return [nothingAt(path, 'has no images')];
    return inside.map((image) => ({ name: image, file: image }));
  } catch (error) {
    if (!(error instanceof AdarandError)) throw error;
    return [{ image: path, error: failureOf(error) }];
  }
}

/** What evaluation sees of the file's picture, or its error. */
export async function decoded(
  item: FoundImage | Failed,
  size: EvaluationSize,
): Promise<(LabelledImage & Pick<FoundImage, 'name'>) | Failed> {
  if (isFailed(item)) return item;
  const { name, file } = item;
  try {
    return { name, image: { kind: 'pixels', ...(await evaluationPixels(file, size)) }, label: 0 };
  } catch (error) {
    return { image: name, error: unreadable(name, decodeFailure(error)) };
  }
}

function nothingAt(
  path: string,
  what: string,
  hint = 'Give paths of image files, or of folders that have some.',
): Failed {
  return { image: path, error: noImage(path, what, hint) };
}
