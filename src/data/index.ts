/**
 * From a folder of images, or IDX files, to batches of 8-bit pixels.
 *
 *     const cache = new ImageCache({ imageSize: 128 });
 *     const dataset = await openDataset('flowers', { seed: 1, cache });
 *     console.log(formatReport(dataset.report).join('\n'));
 *     const options = { batchSize: 32, imageSize: 128, cache };
 *     const augmentation = { kind: 'randomResizedCrop' } as const;
 *     for await (const batch of trainBatches(dataset.train.images, { ...options, augmentation, seed: 1, epoch: 0 })) {
 *       step(batch.pixels, batch.labels);
 *     }
 *     for await (const batch of evalBatches(dataset.test.images, { ...options, resizeSize: 146 })) { ... }
 *
 * Opening reads and decodes every file once: what is damaged, doubled or leaked is known before training, and the
 * pixels stay in the cache as far as its budget goes. What is remembered of a file is not found out again. Decoding is sharp's; everything after it (crops, resampling,
 * colours) is in this folder, so a batch is a function of (images, seed, epoch) that does not change with a
 * library's version. Batches are rendered in worker threads: they are ready when a training step that blocks the
 * main thread ends.
 */
export type { Appearance, Augmentation, PadCrop, RandomResizedCrop } from './augment.js';
export { balancedSteps } from './balanced-sampling.js';
export {
  type Batch,
  type BatchOptions,
  chosenBatches,
  type EvalBatchOptions,
  epochSteps,
  evalBatches,
  type OrderOptions,
  type TrainBatchOptions,
  trainBatches,
} from './batches.js';
export { ImageCache, type ImageCacheOptions } from './cache.js';
export type { ColorJitter } from './colour.js';
export { createDataset, type Dataset, type DatasetImages, type Split } from './dataset.js';
export { decoderVersion } from './decode.js';
export { contentsOf } from './entries.js';
export type { RandomErasing } from './erasing.js';
export { evidenceIn, formatReport } from './format-report.js';
export type { Identity } from './identity.js';
export { describeIgnored, type Ignored, NO_EXTENSION, nameImages } from './ignored.js';
export type { DatasetImage, ImageRef, LabelledImage, Pixels } from './image.js';
export type { RememberedFiles } from './inspect.js';
export { mixedBatches } from './mixing.js';
export { isDescriptor } from './near-descriptor.js';
export { nearEqual, type Recognisable } from './near-equal.js';
export { type OpenOptions, openDataset, readDataset } from './open.js';
export type { RandAugment } from './randaugment.js';
export type { Leakage, NearlyRepeated } from './repeated.js';
export { type ClassCount, classesWithout, type FolderReport } from './report.js';
export { imagesIn } from './scan.js';
export type { SplitOptions } from './split.js';
