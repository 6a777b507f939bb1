import {
  type Batch,
  balancedSteps,
  chosenBatches,
  epochSteps,
  evalBatches,
  type LabelledImage,
  mixedBatches,
  type OrderOptions,
  trainBatches,
} from '../../data/index.js';
import { invariant } from '../../errors.js';
import type { TrainingBatch } from '../../training/feeds.js';
import type { TrainingData } from '../../training/training-data.js';
import { watched } from '../events.js';
import { augmentationOf } from '../options/augmentations.js';
import type { Settings } from '../options/settings.js';
import type { RunOptions } from '../options/train-options.js';
import type { RunInputs } from '../prepare/run-inputs.js';
import type { TimedHost } from '../profile/timed-host.js';
import { EpochsAhead } from './epochs-ahead.js';

/** The batches of a run, for the trainer. */
export function trainingData(
  { dataset, source, cache, network }: RunInputs,
  { seed, epochs, flip, randomErasing, mixup, cutmix, balance, test: isTested }: RunOptions,
  { batchSize, evalBatchSize, augment }: Settings,
  host: TimedHost,
): TrainingData {
  const { imageSize, resizeSize } = network.preprocessing;
  const { images } = dataset.train;
  const labels = images.map(({ label }) => label);
  const batchesPerEpoch = Math.floor(images.length / batchSize);
  const augmentation = augmentationOf({ augment, flip, randomErasing }, network.preprocessing);
  const rendering = { batchSize, imageSize, cache, augmentation, seed };
  const evaluation = (of: readonly LabelledImage[], phase?: 'test' | 'diagnose' | 'epoch-callback') => {
    const rendered = evalBatches(of, { batchSize: evalBatchSize, imageSize, resizeSize, cache });
    const batches = host.clock.imagesOf(afterFirst(rendered, () => ahead.begin()));
    const total = Math.ceil(of.length / evalBatchSize);
    if (phase === undefined) return batches;
    // What belongs to an epoch is finished: the run stops after it, with a checkpoint.
    const watcher = phase === 'test' ? host : { ...host, stop: () => false };
    return watched(batches, watcher, { phase, total });
  };
  const stepsOf = (options: OrderOptions) =>
    balance === 'sampling' ? balancedSteps(labels, options) : undefined;
  const epochOf = (epoch: number, firstStep: number) => {
    const options = { ...rendering, epoch, firstStep };
    const balanced = stepsOf(options);
    const plain =
      balanced === undefined ? trainBatches(images, options) : chosenBatches(images, balanced, options);
    return mixedBatches(plain, { ...options, mixup, cutmix });
  };
  // While an epoch is validated, the first batches of the next are rendered.
  const ahead = new EpochsAhead(epochOf, { epochs, length: batchesPerEpoch });
  const { val, test } = dataset;
  return {
    batchesPerEpoch,
    train(epoch, firstStep, sampler) {
      const batches = ahead.epoch(epoch, firstStep);
      if (sampler === undefined || source === undefined) return host.clock.imagesOf(batches);
      const options = { ...rendering, epoch, firstStep };
      const steps = stepsOf(options) ?? epochSteps(images.length, options);
      const chosen = steps.map((targets, i) =>
        sampler(targets, epoch * batchesPerEpoch + firstStep + i, source.images.length),
      );
      return host.clock.imagesOf(together(batches, chosenBatches(source.images, chosen, options)));
    },
    trainingImages: (phase) => evaluation(images, phase),
    validation: val.images.length === 0 ? undefined : () => evaluation(val.images),
    test: test.images.length === 0 || !isTested ? undefined : () => evaluation(test.images, 'test'),
  };
}

/** The same, with something done as soon as the first one is there. */
async function* afterFirst<T>(items: AsyncGenerator<T, void, undefined>, act: () => void) {
  let isFirst = true;
  for await (const item of items) {
    if (isFirst) act();
    isFirst = false;
    yield item;
  }
}

/** Batches together with their source images. */
async function* together(
  batches: AsyncGenerator<TrainingBatch>,
  sourceBatches: AsyncGenerator<Batch>,
): AsyncGenerator<TrainingBatch> {
  try {
    for await (const batch of batches) {
      const { value, done } = await sourceBatches.next();
      invariant(!done, 'fewer batches of source images than of images');
      yield { ...batch, source: value };
    }
  } finally {
    await sourceBatches.return(undefined);
  }
}
