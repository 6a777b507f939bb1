import { AdarandError } from '../errors.js';
import { float32, sameShape, type Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { Random } from '../random.js';
import type { Head, Network, Parameter, Preprocessing, Scope } from './network.js';
import type { TensorSpec } from './specs.js';

/** Where a backbone's tensors come from: pretrained ones by their torch names, or a seed to draw them with. */
export type BackboneWeights =
  | { readonly seed: number }
  | {
      readonly tensors: ReadonlyMap<string, Tensor>;
      /** Names of the pretrained head's classes; `class 0` ... unless given. */
      readonly classes?: readonly string[];
    };

/** An architecture: what it is called, what it holds and what it computes. */
export interface Architecture {
  readonly name: string;
  readonly modelType: string;
  readonly featureSize: number;
  readonly preprocessing: Preprocessing;
  readonly specs: readonly TensorSpec[];
  /** Prefix of the pretrained classifier's tensors (`fc`: `fc.weight` [K,d] and `fc.bias` [K]). */
  readonly head: string;
  features(images: Value, scope: Scope): Value;
}

/**
 * Gives an architecture its tensors. Tensors that the architecture does not have are ignored (a file may hold
 * counters, or another head).
 *
 * @throws AdarandError `model.missing-tensor` or `model.tensor-shape`.
 */
export function backbone({ specs, head, ...architecture }: Architecture, weights: BackboneWeights): Network {
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
  const pretrainedHead = 'seed' in weights ? undefined : readHead(weights, head, architecture);
  return { ...architecture, parameters, buffers, pretrainedHead };
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

function pretrained(
  tensors: ReadonlyMap<string, Tensor>,
  { name, shape }: TensorSpec,
  network: string,
): Tensor<'float32'> {
  const tensor = tensors.get(name);
  if (tensor === undefined)
    throw new AdarandError(
      'model.missing-tensor',
      `${network} needs a tensor ${name}, which the weights do not have`,
      'Tensor names must be those of torchvision (ResNet, MobileNetV2) or timm (ViT).',
    );
  if (tensor.dtype !== 'float32' || !sameShape(tensor.shape, shape))
    throw wrongTensor(network, name, tensor, `${shape}`);
  return tensor;
}

function wrongTensor(network: string, name: string, { dtype, shape }: Tensor, wanted: string): AdarandError {
  return new AdarandError(
    'model.tensor-shape',
    `${network} needs ${name} as float32 [${wanted}]; the weights have ${dtype} [${shape}]`,
    'Use the float32 weights of this very architecture.',
  );
}

function readHead(
  { tensors, classes }: Exclude<BackboneWeights, { readonly seed: number }>,
  head: string,
  { name, featureSize }: Pick<Architecture, 'name' | 'featureSize'>,
): Head | undefined {
  const weight = tensors.get(`${head}.weight`);
  const bias = tensors.get(`${head}.bias`);
  if (weight === undefined || bias === undefined) return undefined;
  const [count] = weight.shape;
  if (weight.dtype !== 'float32' || count === undefined || !sameShape(weight.shape, [count, featureSize]))
    throw wrongTensor(name, `${head}.weight`, weight, `classes,${featureSize}`);
  if (bias.dtype !== 'float32' || !sameShape(bias.shape, [count]))
    throw wrongTensor(name, `${head}.bias`, bias, `${count}`);
  return { weight, bias, classes: classNames(count, classes) };
}

/** The given names if there are `count` of them, else numbers. */
export function classNames(count: number, names?: readonly string[]): readonly string[] {
  return names?.length === count ? names : Array.from({ length: count }, (_, i) => `class ${i}`);
}
