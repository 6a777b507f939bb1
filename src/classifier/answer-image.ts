import { decodeFailure } from '../data/decode.js';
import { evaluationPixels, renderEvaluation } from '../data/evaluation-pixels.js';
import { checkPixels, type Pixels, toRgb } from '../data/image.js';
import { AdarandError } from '../errors.js';
import type { Device } from '../graph/device.js';
import { compileOptionsFor } from '../run/device/compile-options.js';
import { unreadable } from '../run/use/images-to-predict.js';
import { compileRunModel } from '../run/use/run-model.js';
import type { Opened, Outputs, SentImage } from './messages.js';
import { openClassifier } from './open.js';

/** @throws AdarandError `predict.unreadable-image`, `data.pixels`. */
export type AnswerImage = (sent: SentImage) => Promise<Outputs>;

/** As many pictures as are decoded while others wait: libvips has as many threads. */
const DECODED_AT_A_TIME = 4;

/**
 * Opens a classifier. Pictures are decoded while the network computes, and it computes one image at a time: an answer has
 * the same bits whatever else is asked for.
 *
 * @throws AdarandError as `openClassifier` does, `device.unavailable`.
 */
export async function openAnswers({
  path,
  device,
  threads,
}: {
  readonly path: string;
  readonly device: Device;
  readonly threads?: number | undefined;
}): Promise<{ readonly opened: Opened; readonly answer: AnswerImage }> {
  const { network, head, unfinished } = await openClassifier(path);
  const { state, evaluator } = await compileRunModel(
    { network, head },
    1,
    await compileOptionsFor(device, threads),
  );
  const { imageSize, resizeSize } = network.preprocessing;
  const size = { imageSize, resizeSize };
  const decoding = limited(DECODED_AT_A_TIME);
  const computing = limited(1);
  const pixelsOf = async ({ name, image }: SentImage): Promise<Uint8Array> => {
    if (typeof image !== 'string' && !(image instanceof Uint8Array)) return rendered(image, size);
    try {
      return (await evaluationPixels(image, size)).data;
    } catch (error) {
      const { code, message, hint } = unreadable(name, decodeFailure(error));
      throw new AdarandError(code, message, hint, error);
    }
  };
  const answer: AnswerImage = async (sent) => {
    const pixels = await decoding(() => pixelsOf(sent));
    return computing(async () => {
      const found: Outputs[] = [];
      await evaluator.forEach(state, one(pixels), ({ logits, features }) =>
        found.push({ logits: logits.slice(), features: features.slice() }),
      );
      const [outputs] = found;
      if (outputs === undefined) throw new Error('no output for an image');
      return outputs;
    });
  };
  const { classes } = head;
  return { opened: { type: 'opened', classes: [...classes], ...(unfinished && { unfinished }) }, answer };
}

async function* one(pixels: Uint8Array) {
  const indices = new Int32Array(1);
  yield { pixels, labels: indices, indices, count: 1 };
}

function rendered(
  image: Pixels,
  size: { readonly imageSize: number; readonly resizeSize: number },
): Uint8Array {
  checkPixels([{ image: { kind: 'pixels', ...image }, label: 0 }]);
  const target = new Uint8Array(size.imageSize ** 2 * 3);
  renderEvaluation(toRgb(image), size, target);
  return target;
}

/** Runs at most so many at a time, in the order of the calls. */
function limited(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < most) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
