import { decodeImage } from './decode.js';
import type { Pixels } from './image.js';
import { renderView } from './resample.js';
import { centreView } from './view.js';

export interface EvaluationSize {
  /** The shorter side is resized to this before the central `imageSize` square is taken. */
  readonly resizeSize: number;
  readonly imageSize: number;
}

/**
 * Decodes an image file for evaluation. Two filters, one after the other, are not the one that evaluation is defined by.
 * So an image is shrunk while it is decoded only where it has more than eight times the input's side: then even noise
 * changes by no more than 3 of 255.
 *
 * @throws as `decodeImage` does.
 */
export function decodeForEvaluation(file: string | Uint8Array, imageSize: number): Promise<Pixels> {
  return decodeImage(file, 2 * imageSize, 8 * imageSize);
}

/** Renders what evaluation sees of an image, its central square, into `target` (`[imageSize, imageSize, 3]`). */
export function renderEvaluation(
  image: Pixels,
  { resizeSize, imageSize }: EvaluationSize,
  target: Uint8Array,
): void {
  renderView(image, centreView(image, resizeSize, imageSize), imageSize, target);
}

/** What evaluation sees of an image file, as pixels that are rendered already: for a batch whose `resizeSize` is `imageSize`. */
export async function evaluationPixels(file: string | Uint8Array, size: EvaluationSize): Promise<Pixels> {
  const { imageSize } = size;
  const data = new Uint8Array(new SharedArrayBuffer(imageSize ** 2 * 3));
  renderEvaluation(await decodeForEvaluation(file, imageSize), size, data);
  return { width: imageSize, height: imageSize, channels: 3, data };
}
