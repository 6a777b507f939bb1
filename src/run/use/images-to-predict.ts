import { stat } from 'node:fs/promises';
import { decodeFailure } from '../../data/decode.js';
import { type EvaluationSize, evaluationPixels } from '../../data/evaluation-pixels.js';
import { imagesIn, type LabelledImage } from '../../data/index.js';
import { AdarandError } from '../../errors.js';
import type { ImagePrediction } from '../operations/predict.js';

/** An answer that is an error. */
export type Failed = Extract<ImagePrediction, { readonly error: object }>;

export function isFailed(item: object): item is Failed {
  return 'error' in item;
}

/** A file that is there; whether it is an image is found when it is decoded. */
export interface FoundFile {
  readonly path: string;
}

/** The file at a path, or the images of the folder there. */
export async function imagesAt(path: string): Promise<(FoundFile | Failed)[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return [{ path }];
  if (!found?.isDirectory()) return [noImage(path, found ? 'is not a file' : 'does not exist')];
  try {
    const inside = await imagesIn(path);
    return inside.length === 0 ? [noImage(path, 'has no images')] : inside.map((image) => ({ path: image }));
  } catch (error) {
    if (!(error instanceof AdarandError)) throw error;
    return [failed(path, error)];
  }
}

/** What evaluation sees of the file's picture, or its error. */
export async function decoded(
  item: FoundFile | Failed,
  size: EvaluationSize,
): Promise<(LabelledImage & FoundFile) | Failed> {
  if (isFailed(item)) return item;
  const { path } = item;
  try {
    return { path, image: { kind: 'pixels', ...(await evaluationPixels(path, size)) }, label: 0 };
  } catch (error) {
    return failed(path, {
      code: 'predict.unreadable-image',
      message: `${path} cannot be read: ${decodeFailure(error)}`,
      hint: 'Supported formats: JPEG, PNG, WebP, GIF, TIFF and AVIF.',
    });
  }
}

function noImage(path: string, what: string): Failed {
  const hint = 'Give paths of image files, or of folders that have some.';
  return failed(path, { code: 'predict.no-image', message: `${path} ${what}`, hint });
}

function failed(
  image: string,
  { code, message, hint }: Pick<AdarandError, 'code' | 'message' | 'hint'>,
): Failed {
  return { image, error: { code, message, ...(hint !== undefined && { hint }) } };
}
