import { invariant } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { ParameterKind } from '../nn/network.js';

/**
 * What a method can ask for in a training step: it names its needs, and gets a record of exactly these. B images of K
 * classes, with features of d numbers.
 */
export interface MethodInputs {
  /** [B, d]: what enters the last linear layer. */
  readonly features: Value;
  /** [B, K] */
  readonly logits: Value;
  /** [B], int32: the class of each image. */
  readonly labels: Value;
  /** [B, K]: the labels as rows of zeros and a one. */
  readonly oneHot: Value;
  /** []: the cross-entropy of the batch, with the label smoothing and the weights of classes that the run has. */
  readonly crossEntropy: Value;
  /** The new head: logits = features weight^T + bias, with weight [K, d] and bias [K]. */
  readonly head: { readonly weight: Value; readonly bias: Value };
  /** The trained tensors of the network and of the new head, backbone first. */
  readonly parameters: readonly TrainedParameter[];
  /** Intermediate values by role: `stage1` ... at the end of each stage of the network. */
  readonly featureMaps: ReadonlyMap<string, Value>;
  /** Statistics of the pretrained features over the training images, per class: [K, d] each. */
  readonly classStatistics: Statistics;
  /** The same over all classes together: [d] each. */
  readonly featureStatistics: Statistics;
  /** [B, d]: features of the same images by the pretrained network, in evaluation mode. Constant to differentiation. */
  readonly pretrainedFeatures: Value;
  /** Its feature maps, by the same roles. Constant to differentiation. */
  readonly pretrainedFeatureMaps: ReadonlyMap<string, Value>;
  /**
   * [B, S]: the output for `features` of the classifier that the network was pretrained with. That classifier is trained
   * on, at the backbone's learning rate.
   */
  readonly pretrainedLogits: Value;
  /** Source images that pass the network together with the batch; the method's `sourceSampler` chooses them. */
  readonly sourceBatch: SourceBatch;
}

/** What a method may ask for, by the names of its inputs. */
export type Need = keyof MethodInputs;

/** Every need, with what it costs or asks for beyond the batch that each method has at hand. */
export const needs: Readonly<Record<Need, string | undefined>> = {
  features: undefined,
  logits: undefined,
  labels: undefined,
  oneHot: undefined,
  crossEntropy: undefined,
  head: undefined,
  parameters: undefined,
  featureMaps: undefined,
  classStatistics: 'one pass before training',
  featureStatistics: 'one pass before training',
  pretrainedFeatures: 'the frozen network',
  pretrainedFeatureMaps: 'the frozen network',
  pretrainedLogits: "the network's own classifier",
  sourceBatch: 'source images (--source)',
};

/** Needs that have one class for each image, hence no images that are mixtures of two. */
export const ofOneClass: readonly Need[] = ['labels', 'oneHot'];

export function isNeed(name: string): name is Need {
  return Object.hasOwn(needs, name);
}

/** Means and population standard deviations of features. */
export interface Statistics {
  readonly mean: Tensor<'float32'>;
  /** At least 1e-6. */
  readonly std: Tensor<'float32'>;
}

/** A tensor that the optimizer trains. */
export interface TrainedParameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly value: Value;
  /** Its pretrained value, a constant; undefined for what is new (the head). */
  readonly pretrained: Value | undefined;
}

/** Labelled source images of one step, as many as the batch has, of S classes. */
export interface SourceBatch {
  /** [B, d], by the network that is trained. */
  readonly features: Value;
  /** [B], int32, below S. */
  readonly labels: Value;
  /** [B, S] */
  readonly oneHot: Value;
}

/** How each input is made, on demand. */
export type InputMakers = { readonly [N in Need]: () => MethodInputs[N] };

/** A record of exactly the inputs that are needed; nothing else is made. */
export function makeInputs<N extends Need>(names: readonly N[], makers: InputMakers): Pick<MethodInputs, N> {
  const inputs: { -readonly [M in Need]?: MethodInputs[M] } = {};
  const make = <M extends Need>(name: M) => {
    inputs[name] = makers[name]();
  };
  names.forEach(make);
  assertMade(inputs, names);
  return inputs;
}

function assertMade<N extends Need>(
  inputs: Partial<MethodInputs>,
  names: readonly N[],
): asserts inputs is Partial<MethodInputs> & Pick<MethodInputs, N> {
  for (const name of names) invariant(inputs[name] !== undefined, `the input ${name} was not made`);
}
