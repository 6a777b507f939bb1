import type { z } from 'zod';
import { evalBatches, ImageCache } from '../../data/index.js';
import { inLanes } from '../../data/lanes.js';
import { at } from '../../errors.js';
import { compileOptionsFor } from '../device/compile-options.js';
import { type RunHost, throwIfStopped } from '../events.js';
import type { ImagePrediction, predictOptionsSchema } from '../operations/predict.js';
import { answerOf } from './answer.js';
import { compileRunModel } from './compile-run-model.js';
import { decoded, imagesOf, isFailed } from './images-to-predict.js';
import { openRunModel } from './run-model.js';

/**
 * Classifies images, those of folders, and those in memory with a run. What cannot be classified gets its error
 * in place of classes. The host is given each answer as soon as it is there.
 *
 * @throws AdarandError as `openRunModel` does.
 */
export async function predictRun(
  { run, images, top, tta, device, threads }: z.output<typeof predictOptionsSchema>,
  host: RunHost,
): Promise<ImagePrediction[]> {
  const model = await openRunModel(run, host);
  const found = await imagesOf(images);
  const predictions: ImagePrediction[] = [];
  const give = (prediction: ImagePrediction) => {
    predictions.push(prediction);
    host.emit({ type: 'prediction', ...prediction });
  };
  const readable = found.filter((item) => !isFailed(item)).length;
  if (readable === 0) {
    found.filter(isFailed).forEach(give);
    return predictions;
  }
  const { imageSize, resizeSize } = model.network.preprocessing;
  const cache = new ImageCache({ imageSize });
  host.emit({ type: 'phase', phase: 'evaluate' });
  const batchSize = Math.min(16, readable);
  const { state, evaluator } = await compileRunModel(
    model,
    batchSize,
    await compileOptionsFor(device, threads),
  );
  const { classes } = model.head;
  try {
    for (let start = 0; start < found.length; start += batchSize) {
      throwIfStopped(host, 'evaluate');
      if (start > 0) host.emit({ type: 'progress', phase: 'evaluate', done: start, total: found.length });
      const items = found.slice(start, start + batchSize);
      const pictures = await inLanes(items, (item) => decoded(item, { resizeSize, imageSize }));
      const batches = evalBatches(
        pictures.flatMap((picture) => (isFailed(picture) ? [] : [picture])),
        // They are resized already.
        { batchSize, imageSize, resizeSize: imageSize, cache },
      );
      const answers: Float32Array[] = [];
      await evaluator.forEach(state, batches, ({ logits }) => answers.push(logits.slice()), tta);
      let next = 0;
      for (const picture of pictures)
        give(isFailed(picture) ? picture : answerOf(picture.name, at(answers, next++), classes, top));
    }
  } finally {
    await evaluator.release();
  }
  return predictions;
}
