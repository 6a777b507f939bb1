import { AdarandError, at } from '../errors.js';
import { add } from '../graph/operators/add.js';
import { concat } from '../graph/operators/concat.js';
import { conv } from '../graph/operators/conv.js';
import { expand } from '../graph/operators/expand.js';
import { gelu } from '../graph/operators/gelu.js';
import { reshape } from '../graph/operators/reshape.js';
import { slice } from '../graph/operators/slice.js';
import { transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import type { Value } from '../graph/value.js';
import { attention } from './attention.js';
import { type BackboneWeights, backbone } from './backbone.js';
import { countBlocks } from './count-blocks.js';
import type { BackboneFamily } from './family.js';
import { truncatedNormal, zero } from './initializers.js';
import { layerNorm, linear } from './layers.js';
import type { Network, Scope } from './network.js';
import { layerNormSpecs, linearSpecs } from './specs.js';

export interface VitOptions {
  readonly name?: string;
  readonly imageSize: number;
  /** Side of a patch, in pixels. */
  readonly patch: number;
  /** D, the length of a token. */
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
}

/** The sizes of Touvron et al. 2021 (DeiT) at 224 pixels with patches of 16. */
export const vitSizes = {
  tiny: { name: 'vit-tiny-16', imageSize: 224, patch: 16, width: 192, depth: 12, heads: 3 },
  small: { name: 'vit-small-16', imageSize: 224, patch: 16, width: 384, depth: 12, heads: 6 },
  base: { name: 'vit-base-16', imageSize: 224, patch: 16, width: 768, depth: 12, heads: 12 },
} as const satisfies Readonly<Record<string, VitOptions>>;

/**
 * Vision Transformer (Dosovitskiy et al. 2021) with timm's tensor names: pre-norm blocks, one qkv matrix, a class
 * token, learned positions, exact GELU, LayerNorm with epsilon 1e-6. Its features are the class token after the
 * last norm.
 */
export function vit(options: VitOptions, weights: BackboneWeights): Network {
  const { imageSize, patch, width, depth, heads, name = `vit-${width}-${depth}-${patch}` } = options;
  const tokens = (imageSize / patch) ** 2 + 1;
  const blocks = Array.from({ length: depth }, (_, i) => `blocks.${i}`);
  const position = truncatedNormal(0.02);
  return backbone(
    {
      name,
      modelType: 'vit',
      featureSize: width,
      preprocessing: {
        imageSize,
        resizeSize: Math.round((imageSize * 256) / 224),
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
      },
      head: 'head',
      specs: [
        { name: 'cls_token', shape: [1, 1, width], role: 'norm', initial: zero },
        { name: 'pos_embed', shape: [1, tokens, width], role: 'norm', initial: position },
        {
          name: 'patch_embed.proj.weight',
          shape: [width, 3, patch, patch],
          role: 'weight',
          initial: position,
        },
        { name: 'patch_embed.proj.bias', shape: [width], role: 'bias', initial: zero },
        ...blocks.flatMap((block) => [
          ...layerNormSpecs(`${block}.norm1`, width),
          ...linearSpecs(`${block}.attn.qkv`, 3 * width, width),
          ...linearSpecs(`${block}.attn.proj`, width, width),
          ...layerNormSpecs(`${block}.norm2`, width),
          ...linearSpecs(`${block}.mlp.fc1`, 4 * width, width),
          ...linearSpecs(`${block}.mlp.fc2`, width, 4 * width),
        ]),
        ...layerNormSpecs('norm', width),
      ],
      features(images, scope) {
        let x = embed(scope, images, patch);
        blocks.forEach((block, i) => {
          const qkv = linear(scope, layerNorm(scope, x, `${block}.norm1`), `${block}.attn.qkv`);
          x = add(x, linear(scope, attention(qkv, heads), `${block}.attn.proj`));
          const hidden = gelu(linear(scope, layerNorm(scope, x, `${block}.norm2`), `${block}.mlp.fc1`));
          x = add(x, linear(scope, hidden, `${block}.mlp.fc2`));
          for (const stage of [1, 2, 3, 4])
            if (Math.ceil((stage * depth) / 4) === i + 1) scope.featureMap(`stage${stage}`, x);
        });
        // Only the class token is read, and a norm is per token: normalise that one alone.
        const classToken = reshape(slice(x, 1, 0, 1), [at(x.shape, 0), width]);
        return layerNorm(scope, classToken, 'norm');
      },
    },
    weights,
  );
}

/** timm's names: sizes are those of its tensors; heads are 64 wide in every published one. */
export const vits = {
  recognise(tensors) {
    const kernel = tensors.get('patch_embed.proj.weight');
    const positions = tensors.get('pos_embed');
    const depth = countBlocks(tensors, 'blocks');
    if (kernel?.shape.length !== 4 || positions?.shape.length !== 3 || depth === 0) return undefined;
    const [width, , patch] = nchw(kernel.shape);
    const imageSize = Math.round(Math.sqrt(at(positions.shape, 1) - 1)) * patch;
    const heads = Math.max(1, Math.round(width / 64));
    return (weights) => vit({ imageSize, patch, width, depth, heads }, weights);
  },
  sizes: {
    'vit-tiny-16': (weights) => vit(vitSizes.tiny, weights),
    'vit-small-16': (weights) => vit(vitSizes.small, weights),
  },
} satisfies BackboneFamily;

/** Tokens [N,1+T,D] of images [N,3,H,W]: the class token, then one for each patch, plus their positions. */
function embed(scope: Scope, images: Value, patch: number): Value {
  const [batch, , height, width] = nchw(images.shape);
  const positions = scope.parameter('pos_embed');
  const rows = Math.floor(height / patch);
  const columns = Math.floor(width / patch);
  const [tokens, size] = [at(positions.shape, 1), at(positions.shape, 2)];
  if (rows * patch !== height || columns * patch !== width || rows * columns + 1 !== tokens)
    throw new AdarandError(
      'model.image-size',
      `This vision transformer has positions for ${tokens - 1} patches of ${patch} pixels; an image of ${height}x${width} does not have as many`,
      'Use the image size that it was trained with.',
    );
  const [kernel, bias] = [
    scope.parameter('patch_embed.proj.weight'),
    scope.parameter('patch_embed.proj.bias'),
  ];
  const geometry = { strides: [patch, patch], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
  const maps = conv(images, kernel, bias, geometry);
  const patches = transpose(reshape(maps, [batch, size, rows * columns]), [0, 2, 1]);
  const classTokens = expand(scope.parameter('cls_token'), [batch, 1, size]);
  return add(concat([classTokens, patches], 1), positions);
}
