import type { Device } from '../graph/device.js';
import { compileOptionsFor } from '../run/device/compile-options.js';
import { inBatches } from './in-batches.js';
import { limited } from './limited.js';
import type { ClassifierSource, Opened, Outputs, SentImage } from './messages.js';
import { LARGEST_BATCH, networkOutputs } from './network-outputs.js';
import { openClassifier } from './open.js';

/** @throws AdarandError `predict.unreadable-image`, `data.pixels`. */
export type AnswerImage = (sent: SentImage) => Promise<Outputs>;

/** As many pictures as are decoded while others wait: libvips has as many threads. */
const DECODED_AT_A_TIME = 4;

/** As long as it takes to decode a photograph or two: what comes at once is decoded by then. */
const WAIT_MS = 5;

/**
 * Opens a classifier. Pictures are decoded while the network computes, and those that are asked for at once are computed
 * together.
 *
 * @throws AdarandError as `openClassifier` does, `device.unavailable`.
 */
export async function openAnswers({
  source,
  device,
  threads,
}: {
  readonly source: ClassifierSource;
  readonly device: Device;
  readonly threads?: number | undefined;
}): Promise<{ readonly opened: Opened; readonly answer: AnswerImage }> {
  const { network, head, unfinished } = await openClassifier(source);
  const computing = networkOutputs({ network, head }, await compileOptionsFor(device, threads));
  // While ONNX Runtime prepares the network in threads of its own, the library that decodes is loaded.
  const [outputs, { sentPixels }] = await Promise.all([computing, import('./sent-pixels.js')]);
  const { imageSize, resizeSize } = network.preprocessing;
  const decoding = limited(DECODED_AT_A_TIME);
  const computed = inBatches(outputs, { most: LARGEST_BATCH, waitMs: WAIT_MS });
  return {
    opened: { type: 'opened', classes: [...head.classes], ...(unfinished && { unfinished }) },
    answer: (sent) => computed(decoding(() => sentPixels(sent, { imageSize, resizeSize }))),
  };
}
