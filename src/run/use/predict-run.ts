import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { decodeFailure, decodeImage } from '../../data/decode.js';
import { evalBatches, ImageCache, type LabelledImage } from '../../data/index.js';
import { AdarandError, at } from '../../errors.js';
import { logSumExp } from '../../training/log-sum-exp.js';
import { compileOptionsFor } from '../device/compile-options.js';
import { type RunHost, watched } from '../events.js';
import type { ImagePrediction, predictOptionsSchema } from '../operations/predict.js';
import { compileRunModel, openRunModel } from './run-model.js';

/**
 * Classifies image files with a finished run.
 *
 * @throws AdarandError `predict.no-image`, `predict.unreadable-image`, naming the file, or as `openRunModel` does.
 */
export async function predictRun(
  { run, images, top, device, threads }: z.output<typeof predictOptionsSchema>,
  host: RunHost,
): Promise<ImagePrediction[]> {
  for (const path of images) await checkFile(path);
  const model = await openRunModel(run);
  const { imageSize, resizeSize } = model.network.preprocessing;
  const cache = new ImageCache({ imageSize });
  host.emit({ type: 'phase', phase: 'evaluate' });
  const batchSize = Math.min(16, images.length);
  const { state, evaluator } = await compileRunModel(
    model,
    batchSize,
    await compileOptionsFor(device, threads),
  );
  const predictions: ImagePrediction[] = [];
  const { classes } = model.head;
  try {
    const progress = { phase: 'evaluate', total: images.length } as const;
    for await (const paths of watched(chunks(images, batchSize), host, progress)) {
      const pictures = await Promise.all(paths.map((path) => decoded(path, cache.shorterSide)));
      const batches = evalBatches(pictures, { batchSize, imageSize, resizeSize, cache });
      let index = 0;
      await evaluator.forEach(state, batches, ({ logits }) => {
        predictions.push({ image: at(paths, index++), classes: likeliest(logits, classes, top) });
      });
    }
  } finally {
    await evaluator.release();
  }
  return predictions;
}

function likeliest(logits: Float32Array, classes: readonly string[], top: number) {
  const total = logSumExp(logits);
  const all = classes.map((name, k) => ({ name, probability: Math.exp(at(logits, k) - total) }));
  return all.sort((a, b) => b.probability - a.probability).slice(0, top);
}

async function checkFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return;
  throw new AdarandError(
    'predict.no-image',
    found === undefined ? `${path} does not exist` : `${path} is not a file`,
    'Give paths of image files.',
  );
}

async function decoded(path: string, shorterSide: number): Promise<LabelledImage> {
  try {
    return { image: { kind: 'pixels', ...(await decodeImage(await readFile(path), shorterSide)) }, label: 0 };
  } catch (error) {
    throw new AdarandError(
      'predict.unreadable-image',
      `${path} cannot be read: ${decodeFailure(error)}`,
      'Supported formats: JPEG, PNG, WebP, GIF, TIFF and AVIF.',
      error,
    );
  }
}

async function* chunks<T>(items: readonly T[], size: number): AsyncGenerator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
