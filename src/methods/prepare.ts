import type { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { Head } from '../nn/network.js';

/** A set of images: the training or the validation images, or the source images. All are seen un-augmented. */
export type ImageSet = 'train' | 'val' | 'source';

/** Features of images, by the pretrained network. */
export interface LabelledFeatures {
  /** [n, d] */
  readonly features: Tensor<'float32'>;
  /** [n] */
  readonly labels: Int32Array;
}

/** The pretrained network in evaluation mode, as a graph to be built into a computation. */
export interface FrozenNetwork {
  /** Roles of its feature maps, in order. */
  readonly featureMaps: readonly string[];
  /** Normalised images [N, 3, H, W] of pixels [N, H, W, 3], uint8. */
  images(pixels: Value): Value;
  /** Features [N, d] and feature maps of normalised images. */
  features(images: Value): { readonly features: Value; readonly featureMaps: ReadonlyMap<string, Value> };
  /** Features [N, d] that follow from a feature map; `images` gives the batch its shape and nothing else. */
  featuresFrom(role: string, map: Value, images: Value): Value;
}

/** A compiled graph. */
export interface Computation {
  /** Feeds the graph's own inputs by name (the network's tensors are there already). Outputs last until the next run. */
  run(feeds: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>;
  release(): Promise<void>;
}

/** One batch of un-augmented images; the rows after `count` are padding. Its memory is reused for the next one. */
export interface EvaluationBatch {
  /** [batchSize, H, W, 3] */
  readonly pixels: Tensor<'uint8'>;
  /** [batchSize] */
  readonly labels: Int32Array;
  readonly count: number;
}

/** What a method's `prepare` works with. */
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
  /** The classifier that the network was pretrained with. A run of a method that needs `pretrainedLogits` has one. */
  readonly pretrainedHead: Head | undefined;
  /** S, the classes of the source images; 0 where there are none. */
  readonly sourceClasses: number;
  /** How many images there are. */
  count(images: ImageSet): number;
  /** Computed once and kept on disk. */
  features(images: ImageSet): Promise<LabelledFeatures>;
  /** All images in their order, or those at the given positions. */
  batches(images: ImageSet, batchSize: number, positions?: Int32Array): AsyncIterable<EvaluationBatch>;
  compile(outputs: ReadonlyMap<string, Value>): Promise<Computation>;
  /** Shows how far a long computation has come. Throws where the run is to stop. */
  progress(done: number, total: number): void;
}
