import type { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { Head } from '../nn/network.js';

/** A set of images: the training or the validation images, or those of `--source`. All are seen un-augmented. */
export type ImageSet = 'train' | 'val' | 'source';

/** Features of images, by the frozen network. */
export interface LabelledFeatures {
  /** [n, d] */
  readonly features: Tensor<'float32'>;
  /** [n] */
  readonly labels: Int32Array;
}

/** The network as it was pretrained, in evaluation mode, as a graph to be built into a computation. */
export interface FrozenNetwork {
  /** Roles of its taps, in order. */
  readonly featureMaps: readonly string[];
  /** Normalised images [N, 3, H, W] of pixels [N, H, W, 3], uint8. */
  images(pixels: Value): Value;
  /** Features [N, d] and intermediate maps of normalised images. */
  features(images: Value): { readonly features: Value; readonly featureMaps: ReadonlyMap<string, Value> };
  /** Features [N, d] that follow from the map at a tap; `images` gives the batch its shape and nothing else. */
  featuresFrom(role: string, map: Value, images: Value): Value;
}

/** A compiled graph. */
export interface Computation {
  /** Feeds the graph's own inputs by name (the frozen network's tensors are there already). Outputs last until the next run. */
  run(feeds: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>;
  release(): Promise<void>;
}

/** One batch of un-augmented images; the rows after `count` are padding. Lent until the next one. */
export interface EvaluationBatch {
  /** [batchSize, H, W, 3] */
  readonly pixels: Tensor<'uint8'>;
  /** [batchSize] */
  readonly labels: Int32Array;
  readonly count: number;
}

/**
 * What a method can look at before training. As with `MethodInputs`, only what it declares to need is there: the source
 * head for a method that needs `pretrainedLogits`, source images for one that needs `sourceBatch`.
 */
export interface PrepareTools {
  /** K */
  readonly classes: number;
  /** d */
  readonly featureSize: number;
  /** B, of training. */
  readonly batchSize: number;
  readonly seed: number;
  /** H and W of the network's input. */
  readonly imageSize: number;
  readonly network: FrozenNetwork;
  /** The classifier that the network was pretrained with. */
  readonly pretrainedHead: Head;
  /** Classes of the source images. */
  readonly sourceClasses: number;
  /** How many images there are. */
  count(images: ImageSet): number;
  /** Computed once and kept on disk. */
  features(images: ImageSet): Promise<LabelledFeatures>;
  /** All images in their order, or those at the given positions. */
  batches(images: ImageSet, batchSize: number, positions?: Int32Array): AsyncIterable<EvaluationBatch>;
  compile(outputs: ReadonlyMap<string, Value>): Promise<Computation>;
  /** Tells how far something that takes long has come. Throws where the run is to stop. */
  progress(done: number, total: number): void;
}
