import { AdarandError, at, invariant } from '../errors.js';
import { reshape } from '../graph/operators/reshape.js';
import { transpose } from '../graph/operators/transpose.js';
import type { Tensor } from '../graph/tensor.js';
import { input, type Value } from '../graph/value.js';
import { classNames, imagenetPreprocessing } from '../nn/backbone.js';
import { globalAveragePool } from '../nn/layers.js';
import type { Network, Parameter, Preprocessing, Scope } from '../nn/network.js';
import { recordingScope } from '../nn/scope.js';
import { checkNumbers } from './check-numbers.js';
import { findHead, type HeadChoice } from './find-head.js';
import type { FoundHead } from './head/found-head.js';
import { featuresOfTokens } from './head/tokens.js';
import { buildPart, checkOperators, type OnnxPart } from './onnx-import/build.js';
import type { OnnxModel, OnnxNode } from './onnx-import/decode.js';
import type { ExternalData } from './onnx-import/external-data.js';
import { atFittingSize } from './onnx-import/fitting-size.js';
import { type BuiltNetwork, groupsByDepth } from './onnx-import/groups.js';
import { normalisesWeight } from './onnx-import/normalization.js';
import { nodesFor } from './onnx-import/order.js';
import { readModel } from './onnx-import/read-model.js';
import { weightRoles } from './onnx-import/weights.js';
import { halvedPreprocessing, resizedTo } from './resized-to.js';

export interface ImportOptions extends HeadChoice {
  /** The network's name, also in messages about the file. */
  readonly name: string;
  readonly modelType?: string;
  /** Of the images that the file takes. ImageNet's statistics at its own image size (224 where it has none) unless given. */
  readonly preprocessing?: Preprocessing;
  /** Side of the network's square input, where it is not to be the file's own. */
  readonly imageSize?: number;
  readonly classes?: readonly string[];
  /** Reads the weights that the file keeps in others; without it, such a file is refused. */
  readonly external?: ExternalData;
}

/**
 * Makes a network of an ONNX classifier: its last linear layer becomes the pretrained head, what enters that the
 * features, and the stored tensors of the rest the parameters (under their names in the file) and running
 * statistics. A graph that halves its images, as exported ones do, becomes a network without that. The whole graph is
 * built once, so that what cannot be trained is refused here.
 *
 * @throws AdarandError `model.damaged`, `model.external-data`, `model.element-type`, `model.unsupported-operator`,
 * `model.invalid-node`, `model.not-finite`, `model.negative-variance`, `model.image-size`, `model.inputs`,
 * `model.config`, `model.fixed-batch` or `model.no-head`.
 */
export function importOnnx(bytes: Uint8Array, options: ImportOptions): Network {
  return importFile(bytes, options).network;
}

/** A network and what is to be known of its file to run that beside it. */
export interface ImportedFile {
  readonly network: Network;
  readonly classifier: FileClassifier;
  /** Whether the file takes images of twice the network's size and halves them, as exports do. */
  readonly halved: boolean;
}

/** A classifier as its file has it: one input of images, one output of logits. */
export interface FileClassifier {
  readonly file: string;
  readonly input: string;
  /** Whether the images are [N,H,W,3]. */
  readonly channelsLast: boolean;
  /** How many images the file takes at a time; undefined for any number. */
  readonly images: number | undefined;
  /** Of the images that it takes; undefined for any. */
  readonly size: { readonly height: number | undefined; readonly width: number | undefined };
  readonly output: string;
  /** Which tokens of the output are compared. */
  readonly tokens: FoundHead['tokens'];
  /** What the file makes of the logits. */
  readonly normalised: FoundHead['normalised'];
  /** Whether it drops elements out, or normalises by the batch, when it is run. */
  readonly training: boolean;
}

/** As `importOnnx`. */
export function importFile(bytes: Uint8Array, options: ImportOptions): ImportedFile {
  const { name, modelType = 'onnx' } = options;
  const { model: decoded, halved } = readModel(bytes, name, options.external);
  const head = findHead(decoded, options);
  const { model } = head;
  const images = imageInput(model);
  const nodes = nodesFor(head.features, model);
  const roles = weightRoles(model, nodes);
  const whole: OnnxPart = { model, nodes, roles, input: images.name, target: head.features };
  checkOperators(whole);
  const tensors = tensorsOf(whole);
  checkNumbers(tensors, variancesOf(nodes), name);
  const preprocessing = preprocessingOf(options, images.size, halved);
  const readValue = (part: OnnxPart, x: Value, scope: Scope) =>
    buildPart(part, images.channelsLast ? transpose(x, [0, 2, 3, 1]) : x, scope);
  const builtAt = (imageSize: number) => {
    const trial = input('images', { dtype: 'float32', shape: [2, 3, imageSize, imageSize] });
    return triedOut(whole, images.count, (part) => {
      const scope = recordingScope({ name, ...tensors }, { training: true });
      const read = readValue(part, trial, scope);
      return { read, images: trial, features: pooled(read, 2, head), inputs: scope.parameters };
    });
  };
  const { part, built } = atFittingSize(preprocessing.imageSize, builtAt, options);
  const network: Network = {
    name,
    modelType,
    preprocessing,
    featureSize: at(built.features.shape, 1),
    ...tensors,
    groups: groupsByDepth(tensors.parameters, built),
    pretrainedHead: head.linear && {
      ...head.linear,
      classes: classNames(at(head.linear.weight.shape, 0), options.classes),
    },
    features: (x, scope) => pooled(readValue(part, x, scope), at(x.shape, 0), head),
    ...(head.remark === undefined ? {} : { notes: [head.remark(built.read.shape)] }),
  };
  return {
    network,
    classifier: {
      file: model.file,
      input: images.name,
      channelsLast: images.channelsLast,
      images: part.images,
      size: images.sides,
      output: head.output,
      tokens: head.tokens,
      normalised: head.normalised,
      training: nodes.some((node) => isTraining(node, model)),
    },
    halved,
  };
}

/**
 * Features, built once for two images, and the part that they are built of. Some files declare a free batch and have
 * been made for one image all the same: their batch is a fixed one.
 */
function triedOut<T extends BuiltNetwork>(
  whole: OnnxPart,
  made: number | undefined,
  build: (part: OnnxPart) => T,
) {
  const attempt = (images: number | undefined) => {
    const part = { ...whole, images };
    return { part, built: build(part) };
  };
  try {
    return attempt(made);
  } catch (error) {
    if (made !== undefined || !(error instanceof AdarandError)) throw error;
    try {
      return attempt(1);
    } catch (second) {
      // A file that takes no batch of one either is refused for what was wrong first; anything else is a bug of ours.
      throw second instanceof AdarandError ? error : second;
    }
  }
}

function isTraining(node: OnnxNode, model: OnnxModel): boolean {
  const { type, attributes, inputs } = node;
  const { constants } = model;
  if (type === 'BatchNormalization')
    return attributes.get('training_mode')?.i === 1n && !normalisesWeight(node, model);
  const mode = inputs[2];
  return type === 'Dropout' && mode !== undefined && constants.get(mode)?.data[0] === 1;
}

/** The one input without stored values: [N,3,H,W], or [N,H,W,3]. */
function imageInput({ file, inputs }: OnnxModel) {
  const [first] = inputs;
  const shape = first === undefined || inputs.length > 1 ? [] : first.shape;
  const [, second, third, last] = shape;
  const channelsLast = last === 3 && second !== 3;
  const channels = channelsLast ? last : second;
  if (first === undefined || shape.length !== 4 || (channels !== 3 && channels !== undefined))
    throw new AdarandError(
      'model.inputs',
      `${file} takes ${inputs.map(({ name, shape }) => `"${name}" [${shape.map((d) => d ?? '?')}]`).join(', ') || 'nothing'}`,
      'An image classifier with one input of RGB images, [batch,3,height,width], is needed.',
    );
  const [height, width] = channelsLast ? [second, third] : [third, last];
  return { name: first.name, channelsLast, size: height, sides: { height, width }, count: shape[0] };
}

/** How images become the network's input: without a halving, they are half as large as what the file takes. */
function preprocessingOf(
  { name, preprocessing: given, imageSize }: ImportOptions,
  ownSize: number | undefined,
  halved: boolean,
): Preprocessing {
  const forFile = given && halved ? halvedPreprocessing(given, name) : given;
  const own = forFile ?? imagenetPreprocessing(ownSize ?? 224);
  return imageSize === undefined ? own : resizedTo(own, imageSize);
}

/** Names of the running variances: the last input of a BatchNormalization. */
function variancesOf(nodes: readonly OnnxNode[]): ReadonlySet<string> {
  return new Set(
    nodes.flatMap(({ type, inputs }) => (type === 'BatchNormalization' ? inputs.slice(4, 5) : [])),
  );
}

/** The part's weights, in the order in which the graph uses them. */
function tensorsOf({ model, roles }: OnnxPart): Pick<Network, 'parameters' | 'buffers'> {
  const parameters = new Map<string, Parameter>();
  const buffers = new Map<string, Tensor<'float32'>>();
  for (const [name, role] of roles) {
    const tensor = model.constants.get(name);
    invariant(tensor?.dtype === 'float32', `the weight ${name} is stored as floats`);
    if (role === 'buffer') buffers.set(name, tensor);
    else parameters.set(name, { kind: role, tensor });
  }
  return { parameters, buffers };
}

/** Features [N,d] of what the head reads: [N,d] already, maps, or tokens. */
function pooled(
  value: Value,
  images: number,
  { features, pool, tokens, linear, model: { file } }: FoundHead,
): Value {
  const [batch, channels, ...rest] = value.shape;
  const reader = linear === undefined ? `a new head would read "${features}"` : 'the last linear layer reads';
  if (batch !== images)
    throw new AdarandError(
      'model.fixed-batch',
      `${file}: ${reader} [${value.shape}] for ${images} images, not one row for each`,
      'Export the model again with a free batch dimension (dynamic_axes or dynamic_shapes of torch.onnx.export).',
    );
  if (tokens !== undefined && rest.length === 1)
    return featuresOfTokens(value, tokens, { file, name: features });
  const size = linear === undefined ? (channels ?? 0) : at(linear.weight.shape, 1);
  const single = rest.every((n) => n === 1);
  if (channels !== size || rest.length > 2 || (!single && !(pool && rest.length === 2)))
    throw new AdarandError(
      'model.no-head',
      `${file}: ${reader} [${value.shape}], not one vector of ${linear === undefined ? 'features' : size} per image`,
      linear === undefined
        ? 'Name a value [batch,features] or maps [batch,features,height,width]: `features`, --features NAME.'
        : 'Choose a model that classifies whole images by a linear layer on pooled features.',
    );
  return single ? reshape(value, [batch, size]) : globalAveragePool(value);
}
