import {
  type Batch,
  chosenBatches,
  epochSteps,
  evalBatches,
  type LabelledImage,
  trainBatches,
} from '../../data/index.js';
import type { TrainingBatch } from '../../training/feeds.js';
import type { TrainingData } from '../../training/trainer.js';
import { type RunHost, watched } from '../events.js';
import { augmentationOf } from '../options/augmentations.js';
import type { Settings } from '../options/settings.js';
import type { RunOptions } from '../options/train-options.js';
import type { RunInputs } from '../prepare/run-inputs.js';

/** The batches of a run, for the trainer. */
export function trainingData(
  { dataset, source, cache, network }: RunInputs,
  { seed, flip }: RunOptions,
  { batchSize, evalBatchSize, augment }: Settings,
  host: RunHost,
): TrainingData {
  const { imageSize, resizeSize } = network.preprocessing;
  const { images } = dataset.train;
  const batchesPerEpoch = Math.floor(images.length / batchSize);
  const rendering = { batchSize, imageSize, cache, augmentation: augmentationOf(augment, flip), seed };
  const evaluation = (of: readonly LabelledImage[], phase?: 'test' | 'round') => {
    const batches = evalBatches(of, { batchSize: evalBatchSize, imageSize, resizeSize, cache });
    const total = Math.ceil(of.length / evalBatchSize);
    if (phase === undefined) return batches;
    // A round belongs to its epoch: a wish to stop is granted after it, with a checkpoint.
    const watcher = phase === 'round' ? { ...host, stop: () => false } : host;
    return watched(batches, watcher, { phase, total });
  };
  return {
    batchesPerEpoch,
    train(epoch, firstStep, sampleSource) {
      const options = { ...rendering, epoch, firstStep };
      if (sampleSource === undefined || source === undefined) return trainBatches(images, options);
      const steps = epochSteps(images.length, options);
      const chosen = steps.map((targets, i) =>
        sampleSource(targets, epoch * batchesPerEpoch + firstStep + i),
      );
      return together(trainBatches(images, options), chosenBatches(source.images, chosen, options));
    },
    trainingImages: () => evaluation(images, 'round'),
    validation: () => evaluation(dataset.val.images),
    test: () => evaluation(dataset.test.images, 'test'),
  };
}

/** Batches side by side with the source images that go along with them. */
async function* together(
  batches: AsyncGenerator<Batch>,
  sampleSource: AsyncGenerator<Batch>,
): AsyncGenerator<TrainingBatch> {
  try {
    for await (const batch of batches) {
      const { value, done } = await sampleSource.next();
      if (done) throw new Error('fewer batches of source images than of images');
      yield { ...batch, source: value };
    }
  } finally {
    await sampleSource.return(undefined);
  }
}
