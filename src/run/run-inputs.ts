import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type Dataset,
  evalBatches,
  formatReport,
  ImageCache,
  openDataset,
  trainBatches,
} from '../data/index.js';
import { openModel } from '../models/open.js';
import type { Network } from '../nn/network.js';
import type { TrainingData } from '../training/trainer.js';
import { augmentationOf } from './augmentations.js';
import type { RunOptions } from './config.js';
import { type RunHost, throwIfStopped, watched } from './events.js';
import type { Settings } from './settings.js';

/** A run's data and network, opened. */
export interface RunInputs {
  readonly dataset: Dataset;
  readonly cache: ImageCache;
  readonly network: Network;
}

export async function openInputs(options: RunOptions, host: RunHost): Promise<RunInputs> {
  host.emit({ type: 'phase', phase: 'model' });
  const { imageSize } = options;
  const network = await openModel(options.model, imageSize === undefined ? {} : { imageSize });
  throwIfStopped(host);
  host.emit({ type: 'phase', phase: 'data' });
  const cache = new ImageCache({ imageSize: network.preprocessing.imageSize });
  const { seed, trainFraction, valFraction, testFraction } = options;
  const dataset = await openDataset(options.data, {
    ...{ seed, trainFraction, valFraction, testFraction, cache },
    onProgress(done, total) {
      throwIfStopped(host);
      host.emit({ type: 'progress', phase: 'data', done, total });
    },
  });
  host.emit({ type: 'data', lines: formatReport(dataset.report), report: dataset.report });
  return { dataset, cache, network };
}

/** Training images as the source network looks at them: in evaluation form. */
export function statisticsBatches({ dataset, cache, network }: RunInputs, batchSize: number, host: RunHost) {
  const { imageSize, resizeSize } = network.preprocessing;
  const { images } = dataset.train;
  const batches = evalBatches(images, { batchSize, imageSize, resizeSize, cache });
  return watched(batches, host, { phase: 'statistics', total: Math.ceil(images.length / batchSize) });
}

/** The batches of a run, for the trainer. */
export function trainingData(
  { dataset, cache, network }: RunInputs,
  { seed, flip }: RunOptions,
  { batchSize, evalBatchSize, augment }: Settings,
  host: RunHost,
): TrainingData {
  const { imageSize, resizeSize } = network.preprocessing;
  const evaluation = (images: Dataset['val']['images']) =>
    evalBatches(images, { batchSize: evalBatchSize, imageSize, resizeSize, cache });
  const augmentation = augmentationOf(augment, flip);
  return {
    batchesPerEpoch: Math.floor(dataset.train.images.length / batchSize),
    train: (epoch, firstStep) =>
      trainBatches(dataset.train.images, {
        ...{ batchSize, imageSize, cache, augmentation, seed, epoch, firstStep },
      }),
    validation: () => evaluation(dataset.val.images),
    test: () => {
      const { images } = dataset.test;
      const total = Math.ceil(images.length / evalBatchSize);
      return watched(evaluation(images), host, { phase: 'test', total });
    },
  };
}

/** A path as it can be found from anywhere; what is no path (a name) stays. */
export function absolute(reference: string): string {
  return existsSync(reference) ? resolve(reference) : reference;
}
