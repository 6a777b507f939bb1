import type { PixelBatch, TrainingBatch } from './feeds.js';

/** The images of a run, as batches. Where they come from is not known here. */
export interface TrainingData {
  readonly batchesPerEpoch: number;
  /** Epochs count from 0; `firstBatch` skips what a resumed run has done. */
  train(epoch: number, firstBatch: number, sampler?: SourceSampler): AsyncIterable<TrainingBatch>;
  /** The training images un-augmented, in their order; what they are needed for is told with their progress. */
  trainingImages(phase: 'diagnose' | 'epoch-callback'): AsyncIterable<PixelBatch>;
  /** Undefined where there are no validation images. */
  readonly validation: (() => AsyncIterable<PixelBatch>) | undefined;
  /** Undefined where there are no test images. */
  readonly test: (() => AsyncIterable<PixelBatch>) | undefined;
}

/**
 * Positions of the source images that go along with these training images, in batch `batch` of the run; there are
 * `available` of them.
 */
export type SourceSampler = (targets: Int32Array, batch: number, available: number) => Int32Array;
