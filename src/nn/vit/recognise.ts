import { z } from 'zod';
import { AdarandError, at } from '../../errors.js';
import { nchw } from '../../graph/shapes.js';
import { activationNamed } from '../activation-names.js';
import { type ArchitectureConfig, type Fields, field, unknownArchitecture } from '../config.js';
import { countBlocks } from '../count-blocks.js';
import type { Weights } from '../naming/naming.js';
import { openClipOptions } from './open-clip-options.js';
import type { Hidden, MlpOptions, VitOptions } from './options.js';

/**
 * The options of the vision transformer that tensors in timm's names belong to, or undefined for another network.
 *
 * @throws AdarandError `model.architecture` for one whose tensors look alike and that computes something else, or whose
 * tensors do not tell enough.
 */
export function vitOptions(tensors: Weights, config: ArchitectureConfig | undefined): VitOptions | undefined {
  const kernel = tensors.get('patch_embed.proj.weight');
  const positions = tensors.get('pos_embed');
  const depth = countBlocks(tensors, 'blocks');
  if (kernel?.shape.length !== 4 || positions?.shape.length !== 3 || depth === 0) return undefined;
  const [width, , patch] = nchw(kernel.shape);
  const { activation, ...hidden } = hiddenOptions(config, tensors);
  const registers = tensors.get('reg_token')?.shape[1] ?? 0;
  const classToken = tensors.has('cls_token');
  const distillation = tensors.has('dist_token');
  const normPerHead = tensors.get('blocks.0.attn.q_norm.weight')?.shape[0];
  const tokens = { class: Number(classToken) + Number(distillation), registers };
  const layout = positionLayout(at(positions.shape, 1), tokens);
  const projection = tensors.get('projection.weight')?.shape[0];
  // A layer with a bias is a classifier.
  if (projection !== undefined && tensors.has('head.bias')) return undefined;
  const pool =
    hidden.pool ?? (tensors.has('attn_pool.latent') ? 'attention' : classToken ? 'token' : 'average');
  return {
    imageSize: layout.side * patch,
    patch,
    width,
    depth,
    heads: hidden.heads ?? (normPerHead === undefined ? headsOf(width) : width / normPerHead),
    mlp: mlpOptions(tensors, activation),
    epsilon: hidden.epsilon ?? (tensors.has('norm_pre.weight') ? 1e-5 : 1e-6),
    qkvBias: tensors.has('blocks.0.attn.qkv.bias'),
    qkNorm: normPerHead !== undefined,
    layerScale: tensors.has('blocks.0.ls1.gamma'),
    patchBias: tensors.has('patch_embed.proj.bias'),
    preNorm: tensors.has('norm_pre.weight'),
    classToken,
    distillation,
    registers,
    positions: layout.positions,
    pool: distillation && pool === 'token' ? seenOfTwo(tensors) : seenByHead(tensors, width, pool),
    norm: tensors.has('norm.weight') ? 'norm' : tensors.has('fc_norm.weight') ? 'fc_norm' : 'none',
    ...(projection !== undefined && { projection }),
  };
}

/** Each of two classifiers sees its token; a single one, which fine-tuning made, the class token. */
function seenOfTwo(tensors: Weights): VitOptions['pool'] {
  return tensors.has('head.weight') && !tensors.has('head_dist.weight') ? 'token' : 'both-tokens';
}

/** DINOv2's classifier sees the class token beside the mean of the patches. */
function seenByHead(
  tensors: Weights,
  width: number,
  pool: NonNullable<VitOptions['pool']>,
): VitOptions['pool'] {
  const seen = tensors.get('head.weight')?.shape[1];
  return pool === 'token' && seen === 2 * width ? 'token-and-average' : pool;
}

function mlpOptions(tensors: Weights, activation: MlpOptions['activation'] = 'gelu'): MlpOptions {
  const [into, out] = [tensors.get('blocks.0.mlp.fc1.weight'), tensors.get('blocks.0.mlp.fc2.weight')];
  // Where they are missing, the network misses them by their names.
  if (into === undefined || out === undefined) return { activation };
  const hidden = at(out.shape, 1);
  return { hidden, activation: at(into.shape, 0) === 2 * hidden ? 'swiglu' : activation };
}

/** Which tokens before the patches have positions: the number of patches is a square. */
function positionLayout(count: number, tokens: { readonly class: number; readonly registers: number }) {
  const layouts = [
    { positions: 'all', before: tokens.class + tokens.registers },
    { positions: 'all-but-registers', before: tokens.class },
    { positions: 'patches', before: 0 },
  ] as const;
  for (const { positions, before } of layouts) {
    const side = Math.round(Math.sqrt(count - before));
    if (side > 0 && side ** 2 === count - before) return { positions, side };
  }
  throw new AdarandError(
    'model.architecture',
    `This vision transformer has ${count} positions, which are not those of a square of patches`,
    'Only square inputs are supported.',
  );
}

/** The published widths whose heads are known; other networks need their config.json. */
const headsByWidth: ReadonlyMap<number, number> = new Map([
  [192, 3],
  [384, 6],
  [512, 8],
  [768, 12],
  [1024, 16],
  [1152, 16],
  [1280, 16],
  [1408, 16],
  [1536, 24],
  [1664, 16],
]);

function headsOf(width: number): number {
  const heads = headsByWidth.get(width);
  if (heads !== undefined) return heads;
  throw new AdarandError(
    'model.architecture',
    `How many attention heads a vision transformer of width ${width} has cannot be seen in its tensors`,
    'Put its config.json beside the tensors and give the folder.',
  );
}

function hiddenOptions(config: ArchitectureConfig | undefined, tensors: Weights): Hidden {
  if (config === undefined) {
    const kinds = tensors.has('norm_pre.weight')
      ? 'a CLIP model uses QuickGELU'
      : tensors.has('attn_pool.latent')
        ? 'a SigLIP model uses GELU or its approximation by tanh'
        : undefined;
    if (kinds !== undefined)
      throw new AdarandError(
        'model.architecture',
        `Whether ${kinds} cannot be seen in its tensors`,
        'Put its config.json (or open_clip_config.json) beside the tensors and give the folder.',
      );
    return {};
  }
  switch (config.library) {
    case 'timm':
      return timmOptions(config.architecture, config.args);
    case 'transformers':
      return transformersOptions(config, tensors);
    case 'OpenCLIP':
      return openClipOptions(config.fields, tensors);
  }
}

/** What timm's names of plain vision transformers say; others (EVA, BEiT, parallel blocks) are not these. */
const timmName =
  /^(?:vit|deit|deit3)_(?:pwee|wee|little|xsmall|medium|betwixt|tiny|small|base|large|huge|giantopt|giant|gigantic|so150m|so400m)d?(?:_distilled)?_?patch\d+(?:_plus)?(?<rest>(?:_(?:clip|quickgelu|reg\d+|dinov2|rope|gap|xp|siglip|rpn|rms|ls|cls|ap|\d+))*)(?:[.].*)?$/;

/** The end of a name of timm's that is computed as here; undefined for another. */
function timmVariant(architecture: string): string | undefined {
  const rest = timmName.exec(architecture)?.groups?.rest;
  return rest === undefined || /_(rope|rms|rpn|ap|xp)(_|$)/.test(rest) ? undefined : rest;
}

/** Whether a configuration names a network that is computed as here. */
export function coversVit(config: ArchitectureConfig): boolean {
  switch (config.library) {
    case 'timm':
      return timmVariant(config.architecture) !== undefined;
    case 'transformers':
      return transformersTypes.includes(config.modelType);
    case 'OpenCLIP':
      return true;
  }
}

function timmOptions(architecture: string, args: Fields): Hidden {
  const rest = timmVariant(architecture);
  if (rest === undefined) throw unknownArchitecture(`timm's ${architecture}`);
  const giantDino = /_(giant|gigantic)_/.test(architecture) && rest.includes('dinov2');
  const optimalGiant = architecture.startsWith('vit_giantopt_');
  const heads =
    field(args, 'num_heads', z.number().int().min(1)) ?? (giantDino ? 24 : optimalGiant ? 16 : undefined);
  return {
    ...(heads !== undefined && { heads }),
    activation: activationOf(architecture, rest),
    epsilon: rest.includes('clip') ? 1e-5 : 1e-6,
    ...poolOf(field(args, 'global_pool', z.string()), architecture),
  };
}

/** SigLIPs of timm that have the approximation by tanh; the others, which are older, have GELU itself. */
const tanhSiglip =
  /^vit_(?:base_patch32_siglip|large_patch16_siglip(?:_gap)?_512|so400m_patch16_siglip|giantopt_patch16_siglip)/;

function activationOf(architecture: string, rest: string): MlpOptions['activation'] {
  if (rest.includes('quickgelu')) return 'quick-gelu';
  return tanhSiglip.test(architecture) ? 'gelu-tanh' : 'gelu';
}

function poolOf(globalPool: string | undefined, architecture: string): Pick<Hidden, 'pool'> {
  switch (globalPool) {
    case undefined:
      return /_gap_/.test(`${architecture}_`) ? { pool: 'average' } : {};
    case 'token':
      return { pool: 'token' };
    case 'avg':
      return { pool: 'average' };
    case 'map':
      return { pool: 'attention' };
    default:
      throw unknownArchitecture(`timm's ${architecture} with global_pool=${globalPool}`);
  }
}

const transformersTypes: readonly string[] = [
  'vit',
  'deit',
  'dinov2',
  'dinov2_with_registers',
  'clip',
  'clip_vision_model',
  'siglip',
  'siglip_vision_model',
  'siglip2',
  'siglip2_vision_model',
  'vit_mae',
  'vit_msn',
  'ijepa',
];

function transformersOptions(
  { modelType, fields }: Extract<ArchitectureConfig, { library: 'transformers' }>,
  tensors: Weights,
): Hidden {
  // A whole CLIP has the image tower's part in a field of its own.
  const own = field(fields, 'vision_config', z.record(z.string(), z.unknown())) ?? fields;
  if (!transformersTypes.includes(modelType)) throw unknownArchitecture(`transformers' ${modelType}`);
  const clip = modelType.startsWith('clip');
  const siglip = modelType.startsWith('siglip');
  const usual = clip ? 'quick_gelu' : siglip ? 'gelu_pytorch_tanh' : 'gelu';
  const name = field(own, 'hidden_act', z.string()) ?? usual;
  const activation = activationNamed(name);
  // Defaults are those of transformers' configuration classes.
  const heads = field(own, 'num_attention_heads', z.number().int().min(1)) ?? 12;
  const epsilon =
    field(own, 'layer_norm_eps', z.number().positive()) ??
    (clip ? 1e-5 : siglip || /^(dinov2|vit_msn)/.test(modelType) ? 1e-6 : 1e-12);
  // Classifiers of CLIP and SigLIP see the average of the patches, whatever texts are compared with.
  const averages = modelType === 'ijepa' || ((clip || siglip) && tensors.has('head.bias'));
  return { heads, epsilon, activation, ...(averages && { pool: 'average' }) };
}
