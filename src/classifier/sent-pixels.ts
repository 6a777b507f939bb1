import { decodeFailure } from '../data/decode.js';
import { type EvaluationSize, evaluationPixels, renderEvaluation } from '../data/evaluation-pixels.js';
import { checkPixels, type Pixels, toRgb } from '../data/image.js';
import { AdarandError } from '../errors.js';
import { noFile } from '../run/use/no-image.js';
import { unreadable } from '../run/use/unreadable-image.js';
import type { SentImage } from './messages.js';

/**
 * What evaluation sees of an image that was sent.
 *
 * @throws AdarandError `predict.unreadable-image`, `predict.no-image`, `data.pixels`.
 */
export async function sentPixels({ name, image }: SentImage, size: EvaluationSize): Promise<Uint8Array> {
  if (typeof image !== 'string' && !(image instanceof Uint8Array)) return rendered(image, size);
  try {
    return (await evaluationPixels(image, size)).data;
  } catch (error) {
    const missing = typeof image === 'string' ? await noFile(image, name) : undefined;
    const { code, message, hint } = missing ?? unreadable(name, decodeFailure(error));
    throw new AdarandError(code, message, hint, error);
  }
}

function rendered(image: Pixels, size: EvaluationSize): Uint8Array {
  checkPixels([{ image: { kind: 'pixels', ...image }, label: 0 }]);
  const target = new Uint8Array(size.imageSize ** 2 * 3);
  renderEvaluation(toRgb(image), size, target);
  return target;
}
