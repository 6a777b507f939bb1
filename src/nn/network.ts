import type { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { TensorOrigin } from './naming/origin.js';

/**
 * What a parameter is, for weight decay and for methods that single out weights: `weight` (a kernel or a matrix),
 * `bias`, or `norm` (a normalisation's scale or offset, a position embedding, a class token).
 */
export type ParameterKind = 'weight' | 'bias' | 'norm';

export interface Parameter {
  readonly kind: ParameterKind;
  /** The pretrained (or initial) value. */
  readonly tensor: Tensor<'float32'>;
}

/** A part of a network at one depth, whose parameters are trained or frozen together and learn at one rate. */
export interface ParameterGroup {
  readonly name: string;
  /** Names of parameters, in the network's order. */
  readonly parameters: readonly string[];
}

/** Where a network finds its tensors and reports its feature maps while its graph is being built. */
export interface Scope {
  parameter(name: string): Value;
  buffer(name: string): Value;
  /** Whether the normalisation with this scale uses the batch's own statistics, and updates its running ones. */
  normalisesByBatch(scale: string): boolean;
  /** What a buffer becomes after this step; ignored where nothing is trained. */
  updateBuffer(name: string, next: Value): void;
  /** Names a feature map by its role: `stage1` ... for methods that look inside a network. */
  featureMap(role: string, value: Value): void;
}

/** How an image becomes a network's input. */
export interface Preprocessing {
  /** Side of the square input, in pixels. */
  readonly imageSize: number;
  /** Shorter side that an image is resized to before the centre crop, in evaluation. */
  readonly resizeSize: number;
  /** Per RGB channel, for pixels scaled to [0, 1]. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** A linear classification layer: logits = features weight^T + bias. */
export interface Head {
  /** [K, d] */
  readonly weight: Tensor<'float32'>;
  /** [K] */
  readonly bias: Tensor<'float32'>;
  readonly classes: readonly string[];
}

/** A pretrained backbone: its tensors, and the function that builds its graph for any batch and image size. */
export interface Network {
  readonly name: string;
  /** The architecture's family as transformers.js calls it where it knows one (`resnet`, `mobilenet_v2`, `vit` ...). */
  readonly modelType: string;
  /** d, the length of a feature vector: what enters the last linear layer. */
  readonly featureSize: number;
  readonly preprocessing: Preprocessing;
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** All parameters, each in one group, from the images to the features. */
  readonly groups: readonly ParameterGroup[];
  /** Running statistics: not trained, but part of the network. */
  readonly buffers: ReadonlyMap<string, Tensor<'float32'>>;
  /** The classifier that it was pretrained with, where it has one. */
  readonly pretrainedHead: Head | undefined;
  /** What its classifier's tensors are called; several see a part of the features each, and their logits are averaged. */
  readonly heads?: readonly string[];
  /** Where its tensors come from, if it was opened from named tensors. */
  readonly origin?: TensorOrigin;
  /** What was assumed, or left out, when it was opened: sentences for the user. */
  readonly notes?: readonly string[];
  /** Its tensors, by its own names, under the names and in the forms of the file that it was opened from. */
  readonly toFile?: (tensors: ReadonlyMap<string, Tensor<'float32'>>) => Map<string, Tensor<'float32'>>;
  /** Builds features [N, d] from normalised images [N, 3, H, W]. */
  features(images: Value, scope: Scope): Value;
}
