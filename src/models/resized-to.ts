import { AdarandError } from '../errors.js';
import type { Preprocessing } from '../nn/network.js';
import { MAX_SIDE } from './max-side.js';

/** Another input size, with the same share of the resized image inside the crop. */
export function resizedTo(preprocessing: Preprocessing, imageSize: number): Preprocessing {
  if (!Number.isInteger(imageSize) || imageSize < 1)
    throw new AdarandError(
      'model.image-size',
      `An image size is a positive whole number, not ${imageSize}`,
      'Give the side of the images in pixels, such as 224.',
    );
  const ratio = preprocessing.resizeSize / preprocessing.imageSize;
  const resized = { ...preprocessing, imageSize, resizeSize: Math.round(imageSize * ratio) };
  const sides = [resized.imageSize, resized.resizeSize];
  if (sides.every((side) => side >= 1 && side <= MAX_SIDE)) return resized;
  throw new AdarandError(
    'model.image-size',
    `For an input of ${imageSize} pixels, images would be resized to ${resized.resizeSize}`,
    "Choose a smaller image size, or check the sizes in the model's preprocessor_config.json.",
  );
}

/**
 * For half the size, of images that a file takes and halves; `file` is for messages.
 *
 * @throws AdarandError `model.config`.
 */
export function halvedPreprocessing(preprocessing: Preprocessing, file: string): Preprocessing {
  const { imageSize, resizeSize } = preprocessing;
  if (imageSize % 2 === 0 && resizeSize % 2 === 0)
    return { ...preprocessing, imageSize: imageSize / 2, resizeSize: resizeSize / 2 };
  throw new AdarandError(
    'model.config',
    `${file} halves its images, but its preprocessor_config.json resizes them to ${resizeSize} and crops them to ${imageSize} pixels`,
    'Both sizes must be even: restore the file as it was exported.',
  );
}
