import { AdarandError, at } from '../errors.js';
import { float32, sameShape, type Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { Random } from '../random.js';
import type { Weights } from './naming/naming.js';
import type { Head, Network, Parameter, ParameterGroup, Preprocessing, Scope } from './network.js';
import type { SpecGroup, TensorSpec } from './specs.js';

/** Where a backbone's tensors come from: pretrained ones by their torch names, or a seed to draw them with. */
export type BackboneWeights =
  | { readonly seed: number }
  | {
      readonly tensors: Weights;
      /** Names of the pretrained head's classes; `class 0` ... unless given. */
      readonly classes?: readonly string[];
    };

/** An architecture: what it is called, what it holds and what it computes. */
export interface Architecture {
  readonly name: string;
  readonly modelType: string;
  readonly featureSize: number;
  readonly preprocessing: Preprocessing;
  /** All of its tensors, from the images to the features. */
  readonly groups: readonly SpecGroup[];
  /**
   * Prefix of the pretrained classifier's tensors (`fc`: `fc.weight` [K,d] and `fc.bias` [K]). Several classifiers see
   * a part of the features each, in this order, and their logits are averaged.
   */
  readonly head: readonly string[];
  features(images: Value, scope: Scope): Value;
}

/**
 * Gives an architecture its tensors. Every given tensor is one of the architecture's or of its head's.
 *
 * @throws AdarandError `model.missing-tensor`, `model.tensor-shape`, `model.unused-tensor`.
 */
export function backbone(
  { groups: specGroups, head, ...architecture }: Architecture,
  weights: BackboneWeights,
): Network {
  const specs = specGroups.flatMap((group) => group.specs);
  const groups = specGroups.map(({ name, specs }): ParameterGroup => {
    return { name, parameters: specs.flatMap(({ name, role }) => (role === 'buffer' ? [] : [name])) };
  });
  const parameters = new Map<string, Parameter>();
  const buffers = new Map<string, Tensor<'float32'>>();
  specs.forEach((spec, index) => {
    const tensor =
      'seed' in weights
        ? float32(spec.shape, spec.initial(spec.shape, new Random(weights.seed, 'weights', index)))
        : pretrained(weights.tensors, spec, architecture.name);
    if (spec.role === 'buffer') buffers.set(spec.name, tensor);
    else parameters.set(spec.name, { kind: spec.role, tensor });
  });
  const known = new Set(specs.map(({ name }) => name));
  // CLIP's projection is called as a classifier is.
  const heads = head.filter((prefix) => !known.has(`${prefix}.weight`));
  const built = { ...architecture, parameters, groups, buffers, heads };
  if ('seed' in weights) return { ...built, pretrainedHead: undefined };
  for (const [name, { shape }] of weights.tensors)
    if (!known.has(name) && !head.some((prefix) => name === `${prefix}.weight` || name === `${prefix}.bias`))
      throw new AdarandError(
        'model.unused-tensor',
        `${architecture.name} has no tensor ${name} [${shape}]`,
        'The network computes something else than what is known here; an ONNX export of it can be opened instead.',
      );
  const pretrainedHead = readHead(weights, head, specs, architecture);
  return { ...built, pretrainedHead };
}

/** ImageNet's channel statistics and the usual 256 to 224 ratio of resizing to cropping. */
export function imagenetPreprocessing(imageSize: number): Preprocessing {
  return {
    imageSize,
    resizeSize: Math.round((imageSize * 256) / 224),
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  };
}

/** Of CLIP (Radford et al. 2021): images are resized to the network's size, not to more. */
export function clipPreprocessing(imageSize: number): Preprocessing {
  return {
    imageSize,
    resizeSize: imageSize,
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  };
}

function pretrained(tensors: Weights, { name, shape }: TensorSpec, network: string): Tensor<'float32'> {
  const tensor = tensors.get(name);
  if (tensor === undefined)
    throw new AdarandError(
      'model.missing-tensor',
      `${network} needs a tensor ${name}, which the weights do not have`,
      'The file is not complete, or belongs to another network.',
    );
  if (!sameShape(tensor.shape, shape))
    throw new AdarandError(
      'model.tensor-shape',
      `${network} needs ${name} as [${shape}]; the weights have [${tensor.shape}]`,
      'Use the weights of this very architecture.',
    );
  return tensor;
}

/** The classifiers side by side, as one on all features; undefined if the file has none. */
function readHead(
  { tensors, classes }: Exclude<BackboneWeights, { readonly seed: number }>,
  prefixes: readonly string[],
  specs: readonly TensorSpec[],
  { name, featureSize }: Pick<Architecture, 'name' | 'featureSize'>,
): Head | undefined {
  const width = featureSize / prefixes.length;
  const own = new Set(specs.map((spec) => spec.name));
  const parts = prefixes.flatMap((prefix) => {
    const [weight, bias] = [tensors.get(`${prefix}.weight`), tensors.get(`${prefix}.bias`)];
    return weight === undefined || own.has(`${prefix}.weight`) ? [] : [{ prefix, weight, bias }];
  });
  if (parts.length === 0) return undefined;
  // A weight without rows does not fit.
  const [count = 0] = at(parts, 0).weight.shape;
  const head = { weight: new Float32Array(count * featureSize), bias: new Float32Array(count) };
  for (const [i, { prefix, weight, bias }] of parts.entries()) {
    const fits = sameShape(weight.shape, [count, width]) && (!bias || sameShape(bias.shape, [count]));
    if (parts.length < prefixes.length || !fits)
      throw new AdarandError(
        'model.tensor-shape',
        `${name} has ${featureSize} features; the classifier ${prefix} has a weight [${weight.shape}] and ${bias ? `a bias [${bias.shape}]` : 'no bias'}`,
        'The classifier belongs to another network, or sees other features. Remove its tensors from the file to use the network without it.',
      );
    for (let k = 0; k < count; k++) {
      for (let j = 0; j < width; j++)
        head.weight[k * featureSize + i * width + j] = (weight.data[k * width + j] ?? 0) / prefixes.length;
      head.bias[k] = (head.bias[k] ?? 0) + (bias?.data[k] ?? 0) / prefixes.length;
    }
  }
  return {
    weight: float32([count, featureSize], head.weight),
    bias: float32([count], head.bias),
    classes: classNames(count, classes),
  };
}

/** The given names if there are `count` of them, else numbers. */
export function classNames(count: number, names?: readonly string[]): readonly string[] {
  return names?.length === count ? names : Array.from({ length: count }, (_, i) => `class ${i}`);
}
