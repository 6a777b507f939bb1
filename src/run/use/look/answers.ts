import { argMax } from '../../../analysis/arg-max.js';
import { type DatasetImage, evalBatches, type ImageCache } from '../../../data/index.js';
import { AdarandError } from '../../../errors.js';
import type { CompileOptions } from '../../../runtime/program.js';
import { type RunHost, watched } from '../../events.js';
import { howToBeFinite } from '../answer.js';
import { compileRunModel } from '../compile-run-model.js';
import type { RunModel } from '../run-model.js';

/** What a classifier says of images, in their order. */
export interface Answers {
  readonly images: readonly DatasetImage[];
  readonly labels: readonly number[];
  /** The likeliest class of each. */
  readonly answers: readonly number[];
  /** [n, K], row by row. */
  readonly logits: Float32Array;
  /** [n, d], row by row. */
  readonly features: Float32Array;
}

/**
 * Classifies several lists of images in one pass.
 *
 * @throws AdarandError `evaluate.not-finite`, `run.stopped`, and as images are read.
 */
export async function answersOf(
  model: RunModel,
  lists: readonly (readonly DatasetImage[])[],
  cache: ImageCache,
  compile: CompileOptions,
  host: RunHost,
): Promise<Answers[]> {
  const images = lists.flat();
  const { imageSize, resizeSize } = model.network.preprocessing;
  const [K, d] = [model.head.classes.length, model.network.featureSize];
  const logits = new Float32Array(images.length * K);
  const features = new Float32Array(images.length * d);
  const batchSize = Math.min(32, images.length);
  const { state, evaluator } = await compileRunModel(model, batchSize, compile);
  host.emit({ type: 'phase', phase: 'evaluate' });
  const batches = evalBatches(images, { batchSize, imageSize, resizeSize, cache });
  const progress = { phase: 'evaluate', total: Math.ceil(images.length / batchSize) } as const;
  let next = 0;
  try {
    const { tta } = model.record.options;
    await evaluator.forEach(
      state,
      watched(batches, host, progress),
      (prediction) => {
        logits.set(prediction.logits, next * K);
        features.set(prediction.features, next * d);
        next += 1;
      },
      tta,
    );
  } finally {
    await evaluator.release();
  }
  if (!logits.every(Number.isFinite))
    throw new AdarandError('evaluate.not-finite', "the network's outputs are not finite", howToBeFinite);
  let start = 0;
  return lists.map((list) => {
    const [from, to] = [start, start + list.length];
    start = to;
    const rows = logits.subarray(from * K, to * K);
    return {
      images: list,
      labels: list.map(({ label }) => label),
      answers: list.map((_, i) => argMax(rows.subarray(i * K, (i + 1) * K))),
      logits: rows,
      features: features.subarray(from * d, to * d),
    };
  });
}
