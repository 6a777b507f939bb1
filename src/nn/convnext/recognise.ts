import { z } from 'zod';
import { at } from '../../errors.js';
import { activationNamed } from '../activation-names.js';
import {
  type ArchitectureConfig,
  type Fields,
  field,
  otherArchitecture,
  refuseOtherArguments,
  unknownArchitecture,
} from '../config.js';
import { countBlocks } from '../count-blocks.js';
import type { Weights } from '../naming/naming.js';
import type { ConvNeXtOptions, Head, Stage, Stem } from './options.js';

/** What tensors cannot tell. */
type Hidden = Pick<ConvNeXtOptions, 'activation' | 'epsilon'> & { readonly headEpsilon?: number };

/**
 * The options of the ConvNeXt that tensors in timm's names belong to, or undefined for another network.
 *
 * @throws AdarandError `model.architecture` where the configuration names a network that computes something else.
 */
export function convNeXtOptions(
  tensors: Weights,
  config: ArchitectureConfig | undefined,
): ConvNeXtOptions | undefined {
  const stem = stemOf(tensors);
  const stages = stagesOf(tensors);
  const hidden = tensors.get('stages.0.blocks.0.mlp.fc1.weight');
  if (stem === undefined || stages.length === 0 || hidden === undefined) return undefined;
  const { headEpsilon, ...known } = hiddenOptions(config);
  const head: Head = {
    norm: tensors.has('norm_pre.weight') ? 'map' : 'pooled',
    hidden: tensors.get('head.pre_logits.fc.weight')?.shape[0],
    ...(headEpsilon !== undefined && { epsilon: headEpsilon }),
  };
  const options = {
    stem,
    stages,
    expansion: at(hidden.shape, 0) / at(stages, 0).width,
    convolutional: hidden.shape.length === 4,
    layerScale: tensors.has('stages.0.blocks.0.gamma'),
    responseNorm: tensors.has('stages.0.blocks.0.mlp.grn.weight'),
    head,
    ...known,
  };
  return { name: nameOf(options), ...options };
}

function stemOf(tensors: Weights): Stem | undefined {
  const [first, second] = [tensors.get('stem.0.weight')?.shape, tensors.get('stem.1.weight')?.shape];
  if (first?.length !== 4 || second === undefined) return undefined;
  return second.length === 4
    ? { kind: 'overlap', middle: at(first, 0) }
    : { kind: 'patch', patch: at(first, 2) };
}

function stagesOf(tensors: Weights): Stage[] {
  return Array.from({ length: countBlocks(tensors, 'stages') }, (_, stage) => {
    const kernel = tensors.get(`stages.${stage}.blocks.0.conv_dw.weight`)?.shape;
    const blocks = countBlocks(tensors, `stages.${stage}.blocks`);
    return kernel?.length === 4 ? [{ blocks, width: at(kernel, 0), kernel: at(kernel, 2) }] : [];
  }).flat();
}

/** Depths and width of the first stage, by the sizes of both papers and of timm. */
const sizes: ReadonlyMap<string, string> = new Map([
  ['2-2-6-2 of 40', 'atto'],
  ['2-2-6-2 of 48', 'femto'],
  ['2-2-6-2 of 64', 'pico'],
  ['2-2-8-2 of 80', 'nano'],
  ['3-3-9-3 of 96', 'tiny'],
  ['3-3-27-3 of 96', 'small'],
  ['3-3-27-3 of 128', 'base'],
  ['3-3-27-3 of 192', 'large'],
  ['3-3-27-3 of 256', 'xlarge'],
  ['3-3-27-3 of 352', 'huge'],
  ['3-4-30-3 of 384', 'xxlarge'],
]);

/** As timm calls it. */
function nameOf({ stem, stages, responseNorm = false, head = {} }: Omit<ConvNeXtOptions, 'name'>): string {
  const layout = `${stages.map(({ blocks }) => blocks).join('-')} of ${at(stages, 0).width}`;
  const size = sizes.get(layout) ?? layout.replaceAll(' ', '_');
  const overlap = stem.kind === 'overlap' ? '_ols' : '';
  const end = head.norm === 'map' ? '_hnf' : head.hidden === undefined ? '' : '_mlp';
  return `convnext${responseNorm ? 'v2' : ''}_${size}${overlap}${end}`;
}

/** timm's names of what is computed here; others have other norms (`convnext_atto_rms`). */
const timmName =
  /^convnext(?:v2)?_(?:atto|femto|pico|nano|tiny|small|base|large|xlarge|xxlarge|huge)(?:_ols|_hnf|_mlp)?(?:[.].*)?$/;

const transformersTypes: readonly string[] = ['convnext', 'convnextv2'];

/** Whether a configuration names a network that is computed as here. */
export function coversConvNeXt(config: ArchitectureConfig): boolean {
  if (config.library === 'timm') return timmName.test(config.architecture);
  return config.library === 'transformers' && transformersTypes.includes(config.modelType);
}

function hiddenOptions(config: ArchitectureConfig | undefined): Hidden {
  switch (config?.library) {
    case undefined:
      return {};
    case 'timm':
      return timmOptions(config.architecture, config.args);
    case 'transformers': {
      const { modelType, fields } = config;
      if (!transformersTypes.includes(modelType)) throw otherArchitecture(config);
      return {
        activation: activationNamed(field(fields, 'hidden_act', z.string()) ?? 'gelu'),
        // The last norm alone has the configuration's epsilon, of which this is transformers' default.
        headEpsilon: field(fields, 'layer_norm_eps', z.number().positive()) ?? 1e-12,
      };
    }
    case 'OpenCLIP':
      throw otherArchitecture(config);
  }
}

/** What tensors show. */
const seen: readonly string[] = [
  'depths',
  'dims',
  'kernel_sizes',
  'ls_init_value',
  'stem_type',
  'patch_size',
  'head_init_scale',
  'head_norm_first',
  'head_hidden_size',
  'conv_mlp',
  'conv_bias',
  'use_grn',
];

function timmOptions(architecture: string, args: Fields): Hidden {
  if (!timmName.test(architecture)) throw unknownArchitecture(`timm's ${architecture}`);
  refuseOtherArguments(architecture, args, [...seen, 'global_pool', 'act_layer', 'norm_eps']);
  const pool = field(args, 'global_pool', z.string()) ?? 'avg';
  if (pool !== 'avg') throw unknownArchitecture(`timm's ${architecture} with global_pool=${pool}`);
  const usual = architecture.startsWith('convnext_xxlarge') ? 1e-5 : 1e-6;
  return {
    activation: activationNamed(field(args, 'act_layer', z.string()) ?? 'gelu'),
    epsilon: field(args, 'norm_eps', z.number().positive()) ?? usual,
  };
}
