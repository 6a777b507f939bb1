import { AdarandError, at } from '../../errors.js';
import { add, concat, conv, expand, mul, reduceMean, reshape, slice, transpose } from '../../graph/ops.js';
import { nchw } from '../../graph/shapes.js';
import type { Value } from '../../graph/value.js';
import { type BackboneWeights, backbone } from '../backbone.js';
import { truncatedNormal, zero } from '../initializers.js';
import { layerNorm, linear } from '../layers.js';
import type { Network, Scope } from '../network.js';
import { followedBy, layerNormSpecs, linearSpecs, type TensorSpec } from '../specs.js';
import { attentionBlock, attentionSpecs } from './attention-block.js';
import { latentPool, latentPoolSpecs } from './attention-pool.js';
import { mlp, mlpSpecs } from './mlp.js';
import { type VitDesign, type VitOptions, vitDesign } from './options.js';

/**
 * Vision Transformer (Dosovitskiy et al. 2021) with timm's tensor names: pre-norm blocks, one qkv matrix, learned
 * positions. The options make it DeiT (Touvron et al. 2021), DINOv2 (Oquab et al. 2023) or the image tower of CLIP
 * (Radford et al. 2021) or SigLIP (Zhai et al. 2023). Its features are what the classifier, or CLIP's comparison with texts, sees.
 */
export function vit(options: VitOptions, weights: BackboneWeights): Network {
  const design = vitDesign(options);
  const { name, modelType, preprocessing, width, depth } = design;
  const blocks = Array.from({ length: depth }, (_, i) => `blocks.${i}`);
  return backbone(
    {
      name,
      modelType,
      featureSize: featureSize(design),
      preprocessing,
      head: design.pool === 'both-tokens' ? ['head', 'head_dist'] : ['head'],
      groups: followedBy(
        [
          { name: 'stem', specs: embeddingSpecs(design) },
          ...blocks.map((name) => ({ name, specs: blockSpecs(name, design) })),
        ],
        [
          ...(design.norm === 'none' ? [] : layerNormSpecs(design.norm, width)),
          ...(design.pool === 'attention' ? latentPoolSpecs(design) : []),
          ...projectionSpecs(design),
        ],
      ),
      features(images, scope) {
        let x = embed(scope, images, design);
        blocks.forEach((block, i) => {
          x = blockOf(scope, x, block, design);
          for (const stage of [1, 2, 3, 4])
            if (Math.ceil((stage * depth) / 4) === i + 1) scope.featureMap(`stage${stage}`, x);
        });
        const features = pool(scope, x, design);
        if (design.projection === undefined) return features;
        return linear(scope, features, PROJECTION, { bias: false });
      },
    },
    weights,
  );
}

/** A name that no classifier has. */
const PROJECTION = 'projection';

function featureSize({ width, pool, projection }: VitDesign): number {
  if (projection !== undefined) return projection;
  return pool === 'both-tokens' || pool === 'token-and-average' ? 2 * width : width;
}

/** Tokens before those of the patches: class, distillation, registers. */
function prefixTokens({ classToken, distillation, registers }: VitDesign) {
  return [
    ...(classToken ? [{ name: 'cls_token', count: 1 }] : []),
    ...(distillation ? [{ name: 'dist_token', count: 1 }] : []),
    ...(registers > 0 ? [{ name: 'reg_token', count: registers }] : []),
  ];
}

function embeddingSpecs(design: VitDesign): TensorSpec[] {
  const { imageSize, patch, width, patchBias, preNorm } = design;
  const initial = truncatedNormal(0.02);
  const kernel = 'patch_embed.proj';
  const positions = (imageSize / patch) ** 2 + positionedTokens(design);
  return [
    ...prefixTokens(design).map(({ name, count }) => {
      return { name, shape: [1, count, width], role: 'norm', initial: zero } as const;
    }),
    { name: 'pos_embed', shape: [1, positions, width], role: 'norm', initial },
    { name: `${kernel}.weight`, shape: [width, 3, patch, patch], role: 'weight', initial },
    ...(patchBias
      ? ([{ name: `${kernel}.bias`, shape: [width], role: 'bias', initial: zero }] as const)
      : []),
    ...(preNorm ? layerNormSpecs('norm_pre', width) : []),
  ];
}

/** How many of the tokens before the patches have positions: the first ones. */
export function positionedTokens(design: VitDesign): number {
  const { positions } = design;
  const counts = prefixTokens(design).filter(({ name }) => {
    return positions === 'all' || (positions === 'all-but-registers' && name !== 'reg_token');
  });
  return counts.reduce((sum, { count }) => sum + count, 0);
}

/** Tokens [N,T,D] of images [N,3,H,W]: class, distillation and registers, then one for each patch, with positions. */
function embed(scope: Scope, images: Value, design: VitDesign): Value {
  const { patch, patchBias, preNorm, epsilon } = design;
  const [batch, , height, width] = nchw(images.shape);
  const rows = Math.floor(height / patch);
  const columns = Math.floor(width / patch);
  const positioned = positionedTokens(design);
  const positions = scope.parameter('pos_embed');
  const [count, size] = [at(positions.shape, 1), at(positions.shape, 2)];
  if (rows * columns + positioned !== count)
    throw new AdarandError(
      'model.image-size',
      `This vision transformer has positions for ${count - positioned} patches of ${patch} pixels; an image of ${height}x${width} does not have as many`,
      'Use the image size that it was trained with.',
    );
  const bias = patchBias ? scope.parameter('patch_embed.proj.bias') : undefined;
  const geometry = { strides: [patch, patch], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
  const cut =
    rows * patch === height && columns * patch === width
      ? images
      : slice(slice(images, 2, 0, rows * patch), 3, 0, columns * patch);
  const maps = conv(cut, scope.parameter('patch_embed.proj.weight'), bias, geometry);
  const patches = transpose(reshape(maps, [batch, size, rows * columns]), [0, 2, 1]);
  const before = prefixTokens(design).map(({ name, count: n }) => ({
    tokens: expand(scope.parameter(name), [batch, n, size]),
    positioned:
      design.positions !== 'patches' && (name !== 'reg_token' || design.positions !== 'all-but-registers'),
  }));
  const firsts = before.filter((token) => token.positioned).map(({ tokens }) => tokens);
  const rest = before.filter((token) => !token.positioned).map(({ tokens }) => tokens);
  const placed = add(concatenated([...firsts, patches]), positions);
  // Tokens without positions come after the class token, if that has one, and before the patches.
  const all =
    rest.length === 0
      ? placed
      : concatenated([
          ...(positioned > 0 ? [slice(placed, 1, 0, positioned)] : []),
          ...rest,
          positioned > 0 ? slice(placed, 1, positioned, count) : placed,
        ]);
  return preNorm ? layerNorm(scope, all, 'norm_pre', epsilon) : all;
}

const concatenated = (parts: readonly Value[]) => (parts.length === 1 ? at(parts, 0) : concat([...parts], 1));

function blockSpecs(block: string, design: VitDesign): TensorSpec[] {
  const { width, layerScale } = design;
  const scale = (name: string): TensorSpec[] =>
    layerScale
      ? [
          {
            name,
            shape: [width],
            role: 'norm',
            initial: (shape) => new Float32Array(at(shape, 0)).fill(1e-5),
          },
        ]
      : [];
  return [
    ...layerNormSpecs(`${block}.norm1`, width),
    ...attentionSpecs(`${block}.attn`, design),
    ...scale(`${block}.ls1.gamma`),
    ...layerNormSpecs(`${block}.norm2`, width),
    ...mlpSpecs(`${block}.mlp`, design),
    ...scale(`${block}.ls2.gamma`),
  ];
}

function blockOf(scope: Scope, x: Value, block: string, design: VitDesign): Value {
  const { layerScale, epsilon } = design;
  const scaled = (y: Value, name: string) => (layerScale ? mul(y, scope.parameter(name)) : y);
  const attended = attentionBlock(
    scope,
    layerNorm(scope, x, `${block}.norm1`, epsilon),
    `${block}.attn`,
    design,
  );
  const y = add(x, scaled(attended, `${block}.ls1.gamma`));
  const hidden = mlp(scope, layerNorm(scope, y, `${block}.norm2`, epsilon), `${block}.mlp`, design);
  return add(y, scaled(hidden, `${block}.ls2.gamma`));
}

/** [N,d] features of tokens x [N,T,D]. A norm is per token: only what is read is normalised. */
function pool(scope: Scope, x: Value, design: VitDesign): Value {
  const { width, pool: kind, norm, epsilon } = design;
  const batch = at(x.shape, 0);
  const normalised = (y: Value, name: 'norm' | 'fc_norm') =>
    norm === name ? layerNorm(scope, y, name, epsilon) : y;
  const token = (position: number) =>
    normalised(normalised(reshape(slice(x, 1, position, position + 1), [batch, width]), 'norm'), 'fc_norm');
  const prefix = prefixTokens(design).reduce((sum, { count }) => sum + count, 0);
  const patches = () => normalised(slice(x, 1, prefix, at(x.shape, 1)), 'norm');
  const average = () => {
    return normalised(reshape(reduceMean(patches(), [1]), [batch, width]), 'fc_norm');
  };
  switch (kind) {
    case 'token':
      return token(0);
    case 'average':
      return average();
    case 'attention':
      return normalised(latentPool(scope, patches(), design), 'fc_norm');
    case 'both-tokens':
      return concat([token(0), token(1)], 1);
    case 'token-and-average':
      return concat([token(0), average()], 1);
  }
}

function projectionSpecs({ width, projection }: VitDesign): TensorSpec[] {
  return projection === undefined ? [] : linearSpecs(PROJECTION, projection, width, { bias: false });
}
