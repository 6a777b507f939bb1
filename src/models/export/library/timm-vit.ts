import { at, invariant } from '../../../errors.js';
import { matrix } from '../../../graph/shapes.js';
import { float32, type Tensor } from '../../../graph/tensor.js';
import type { ArchitectureConfig, Fields } from '../../../nn/config.js';
import type { TensorOrigin } from '../../../nn/naming/origin.js';
import { type VitDesign, vitDesign } from '../../../nn/vit/options.js';
import { vitOptions } from '../../../nn/vit/recognise.js';
import type { ExportedModel } from '../onnx.js';

/** A classifier on CLIP's or SigLIP's image tower as timm builds it. */
export interface TimmVit {
  readonly model: ExportedModel;
  readonly config: Extract<ArchitectureConfig, { library: 'timm' }>;
  /** Whether its tensors, opened by that configuration, are the same backbone again. */
  readonly sameBackbone: boolean;
}

/**
 * The tower with a classifier in timm's form, where timm has one with the same activation and LayerNorms. CLIP's projection,
 * which has no bias, becomes a part of the classifier.
 */
export function timmVitOf(model: ExportedModel, { config }: TensorOrigin): TimmVit | undefined {
  const options = vitOptions(withHead(model), config ?? undefined);
  if (options === undefined) return undefined;
  const design = vitDesign(options);
  const architecture = architectureOf(design);
  const args = argumentsOf(design);
  if (architecture === undefined || args === undefined) return undefined;
  const projected = design.projection !== undefined;
  return {
    model: projected ? withoutProjection(model) : model,
    config: { library: 'timm', architecture, args },
    sameBackbone: !projected,
  };
}

/** Tensors by which options are recognised: without a last LayerNorm, those of a classifier of transformers. */
function withHead({ network, head }: ExportedModel): ReadonlyMap<string, Tensor<'float32'>> {
  const own = new Map([...network.parameters].map(([name, { tensor }]) => [name, tensor]));
  return own.has('norm.weight') ? own : own.set('head.bias', head.bias);
}

const CLIP_EPSILON = 1e-5;

/** One of timm's with this activation and epsilon; all else are arguments. */
function architectureOf({ mlp, epsilon }: VitDesign): string | undefined {
  switch (mlp.activation) {
    case 'quick-gelu':
      return epsilon === CLIP_EPSILON ? 'vit_base_patch16_clip_quickgelu_224' : undefined;
    case 'gelu':
      if (epsilon === CLIP_EPSILON) return 'vit_base_patch16_clip_224';
      return epsilon === 1e-6 ? 'vit_base_patch16_siglip_224' : undefined;
    case 'gelu-tanh':
      return epsilon === 1e-6 ? 'vit_base_patch32_siglip_256' : undefined;
    default:
      return undefined;
  }
}

/** Undefined where timm decides it together with what is given. */
function argumentsOf(design: VitDesign): Fields | undefined {
  const { patch, width, depth, heads, mlp, preNorm, classToken, patchBias, layerScale, norm } = design;
  const globalPool = poolOf(design);
  // timm's patches have a bias where no LayerNorm comes before the blocks.
  if (globalPool === undefined || patchBias === preNorm) return undefined;
  return {
    patch_size: patch,
    embed_dim: width,
    depth,
    num_heads: heads,
    mlp_ratio: ratioOf(mlp.hidden, width),
    qkv_bias: design.qkvBias,
    class_token: classToken,
    global_pool: globalPool,
    pre_norm: preNorm,
    fc_norm: false,
    final_norm: norm !== 'none',
    ...(layerScale && { init_values: 1 }),
  };
}

function poolOf({ pool }: VitDesign): string | undefined {
  switch (pool) {
    case 'token':
      return 'token';
    case 'average':
      return 'avg';
    case 'attention':
      return 'map';
    default:
      return undefined;
  }
}

/** The ratio of which timm takes the whole part of its product with the width. */
function ratioOf(hidden: number, width: number): number {
  const ratio = hidden / width;
  return Math.trunc(width * ratio) === hidden ? ratio : (hidden + 0.5) / width;
}

/** W (P x) + b is (W P) x + b. */
function withoutProjection({ network, head, tensors }: ExportedModel): ExportedModel {
  const { [PROJECTION]: stored, ...others } = Object.fromEntries(network.parameters);
  invariant(stored !== undefined, 'a network that projects has the matrix');
  const { shape, data } = tensors?.get(PROJECTION) ?? stored.tensor;
  const [projected, width] = matrix(shape);
  const classes = head.bias.data.length;
  const weight = Float32Array.from({ length: classes * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    let sum = 0;
    for (let k = 0; k < projected; k++)
      sum += at(head.weight.data, row * projected + k) * at(data, k * width + column);
    return sum;
  });
  return {
    network: { ...network, featureSize: width, parameters: new Map(Object.entries(others)) },
    head: { ...head, weight: float32([classes, width], weight) },
    ...(tensors !== undefined && { tensors }),
  };
}

const PROJECTION = 'projection.weight';
