import { z } from 'zod';
import { at } from '../../errors.js';
import { imagenetPreprocessing } from '../backbone.js';
import {
  type ArchitectureConfig,
  type Fields,
  field,
  otherArchitecture,
  refuseOtherArguments,
  unknownArchitecture,
} from '../config.js';
import { countBlocks } from '../count-blocks.js';
import type { Naming, Weights } from '../naming/naming.js';
import { type Layout, layouts } from './layouts.js';
import { imageSideOf, nameOf } from './names-of-sizes.js';
import type { BlockShape, Head, MobileNetOptions } from './options.js';
import { type Seen, transformersOptions, transformersTypes } from './transformers-options.js';

/** How a library computes what has the same tensors everywhere. */
type Hidden = Pick<MobileNetOptions, 'batchNorm' | 'padding'>;

/**
 * The options of the network of inverted residuals that tensors in our names belong to, or undefined for another network.
 *
 * @throws AdarandError `model.architecture` where the configuration names a network that computes something else.
 */
export function mobileNetOptions(
  tensors: Weights,
  config: ArchitectureConfig | undefined,
  naming?: Naming,
): MobileNetOptions | undefined {
  const stem = tensors.get('conv_stem.weight')?.shape[0];
  const head = headOf(tensors);
  const blocks = blocksOf(tensors);
  if (stem === undefined || head === undefined || blocks === undefined) return undefined;
  const layout = layouts.find(
    (each) =>
      each.head === head.kind && each.stages === looksOf(blocks) && each.squeezed === squeezedOf(blocks),
  );
  if (layout === undefined) return undefined;
  const { modelType, activation, squeeze, strides, rectified = 0 } = layout;
  const stages = blocks.map((each, s) => ({
    stride: at(strides, s),
    blocks: each,
    ...(s < rectified && { activation: 'relu' as const }),
  }));
  const name = nameOf(layout, { stages, head });
  return {
    name,
    modelType,
    preprocessing: imagenetPreprocessing(imageSideOf(name)),
    stem,
    stages,
    head,
    activation,
    ...(squeeze !== undefined && { squeeze }),
    ...(naming?.library === 'torchvision' ? torchvisionOptions(layout, head) : {}),
    ...hiddenOptions(config, naming, { modelType, stem, activation, stages }),
  };
}

/** `conv_head` has its own BatchNorm, or else a bias. */
function headOf(tensors: Weights): Head | undefined {
  const width = tensors.get('conv_head.weight')?.shape[0];
  if (width === undefined) return undefined;
  if (tensors.has('bn2.weight')) return { kind: 'map', width };
  return tensors.has('conv_head.bias') ? { kind: 'pooled', width } : undefined;
}

/** The blocks of each stage; undefined if some are of a kind that is not known here. */
function blocksOf(tensors: Weights): readonly (readonly BlockShape[])[] | undefined {
  const stages = Array.from({ length: countBlocks(tensors, 'blocks') }, (_, s) =>
    Array.from({ length: countBlocks(tensors, `blocks.${s}`) }, (__, i) =>
      blockOf(tensors, `blocks.${s}.${i}`),
    ),
  );
  const known = stages.map((blocks) => blocks.filter((block) => block !== undefined));
  return known.every((blocks, s) => blocks.length === stages[s]?.length) ? known : undefined;
}

function blockOf(tensors: Weights, name: string): BlockShape | undefined {
  const shape = (part: string) => tensors.get(`${name}.${part}.weight`)?.shape;
  const plain = shape('conv');
  if (plain !== undefined)
    return { kind: 'convolution', kernel: at(plain, 2), hidden: at(plain, 0), out: at(plain, 0) };
  const [spread, inverted, separable] = [shape('conv_dw'), shape('conv_pwl'), shape('conv_pw')];
  const project = inverted ?? separable;
  if (spread?.length !== 4 || spread[1] !== 1 || project === undefined) return undefined;
  return {
    kind: inverted === undefined ? 'separable' : 'inverted',
    kernel: at(spread, 2),
    hidden: at(spread, 0),
    out: at(project, 0),
    squeeze: shape('se.fc1')?.[0],
  };
}

function looksOf(stages: readonly (readonly BlockShape[])[]): string {
  return stages
    .map((blocks) => [...new Set(blocks.map(({ kind, kernel }) => `${kind.charAt(0)}${kernel}`))].join('|'))
    .join(' ');
}

function squeezedOf(stages: readonly (readonly BlockShape[])[]): Layout['squeezed'] {
  const squeezed = stages.flat().map(({ squeeze }) => squeeze !== undefined);
  return squeezed.every(Boolean) ? 'all' : squeezed.some(Boolean) ? 'some' : 'none';
}

/** TensorFlow's BatchNorm, which torchvision has for MobileNetV3 and from EfficientNet-B5 on. */
function torchvisionOptions({ modelType }: Layout, { width }: Head): Hidden {
  const tensorFlow = modelType === 'mobilenet_v3' || (modelType === 'efficientnet' && width >= 2048);
  return tensorFlow ? { batchNorm: { epsilon: 1e-3, momentum: 0.01 } } : {};
}

/** timm's names of what is computed here; others have other norms, activations or kernels (`efficientnet_b0_gn`). */
const timmName =
  /^(?:mobilenetv2_\d+d?|(?<tf>tf_)?(?:efficientnet_(?:b\d|l2|lite\d)|mobilenetv3_(?:large|small)_(?:minimal_)?\d+d?))(?:[.].*)?$/;

/** Whether a configuration names a network that is computed as here. */
export function coversMobileNet(config: ArchitectureConfig): boolean {
  switch (config.library) {
    case 'timm':
      return timmName.test(config.architecture);
    case 'transformers':
      return transformersTypes.includes(config.modelType);
    case 'OpenCLIP':
      return false;
  }
}

function hiddenOptions(
  config: ArchitectureConfig | undefined,
  naming: Naming | undefined,
  seen: Seen,
): Hidden {
  switch (config?.library) {
    case undefined:
      return naming?.library === 'transformers' ? transformersOptions({}, seen) : {};
    case 'timm':
      return timmOptions(config.architecture, config.args);
    case 'transformers':
      if (config.modelType !== seen.modelType || naming?.library !== 'transformers')
        throw otherArchitecture(config);
      return transformersOptions(config.fields, seen);
    case 'OpenCLIP':
      throw otherArchitecture(config);
  }
}

/** What tensors show. */
const seen: readonly string[] = ['stem_size', 'fix_stem', 'num_features', 'head_bias'];

function timmOptions(architecture: string, args: Fields): Hidden {
  const name = timmName.exec(architecture);
  if (name === null) throw unknownArchitecture(`timm's ${architecture}`);
  refuseOtherArguments(architecture, args, [...seen, 'global_pool', 'pad_type', 'bn_eps', 'bn_momentum']);
  const pool = field(args, 'global_pool', z.string()) ?? 'avg';
  if (pool !== 'avg') throw unknownArchitecture(`timm's ${architecture} with global_pool=${pool}`);
  const tensorFlow = name.groups?.tf !== undefined;
  const padding = field(args, 'pad_type', z.string()) ?? (tensorFlow ? 'same' : '');
  if (padding !== 'same' && padding !== '')
    throw unknownArchitecture(`timm's ${architecture} with pad_type=${padding}`);
  const momentum = field(args, 'bn_momentum', z.number().positive());
  return {
    padding: padding === 'same' ? 'same' : 'symmetric',
    batchNorm: {
      epsilon: field(args, 'bn_eps', z.number().positive()) ?? (tensorFlow ? 1e-3 : 1e-5),
      ...(momentum !== undefined && { momentum }),
    },
  };
}
