import { AdarandError } from '../../errors.js';
import type { BackboneWeights } from '../backbone.js';
import type { BackboneFamily } from '../family.js';
import { vitNamings } from './names.js';
import { type VitOptions, vitDesign } from './options.js';
import { positionFilter, resizePositions } from './positions.js';
import { coversVit, vitOptions } from './recognise.js';
import { isFlexible } from './transformers-clip.js';
import { positionedTokens, vit } from './vit.js';

/** The sizes of Touvron et al. 2021 (DeiT) at 224 pixels with patches of 16. */
export const vitSizes = {
  tiny: { name: 'vit-tiny-16', imageSize: 224, patch: 16, width: 192, depth: 12, heads: 3 },
  small: { name: 'vit-small-16', imageSize: 224, patch: 16, width: 384, depth: 12, heads: 6 },
} as const satisfies Readonly<Record<string, VitOptions>>;

/** ViT, DeiT, DINOv2, CLIP's image tower, and encoders of self-supervised training in the form of a ViT. */
export const vits = {
  namings: vitNamings,
  recognise(tensors, config, naming) {
    const options = vitOptions(tensors, config);
    if (options === undefined) return undefined;
    const filter = isFlexible(naming)
      ? 'bilinear-antialias'
      : positionFilter(naming?.library, options.registers ?? 0);
    return (weights, { imageSize: asked = options.imageSize } = {}) => {
      const { patch } = options;
      // Libraries leave out the last pixels of images that are no whole number of patches, such as SigLIP's 384 in 27 of 14.
      const own = Math.floor(asked / patch) * patch === options.imageSize;
      const imageSize = own ? options.imageSize : asked;
      if (imageSize % patch !== 0)
        throw new AdarandError(
          'model.image-size',
          `Images of ${imageSize} pixels cannot be cut into patches of ${patch}`,
          `Choose a multiple, such as ${Math.max(1, Math.round(imageSize / patch)) * patch}.`,
        );
      const change = {
        before: positionedTokens(vitDesign(options)),
        from: options.imageSize / patch,
        to: imageSize / patch,
        filter,
      } as const;
      return vit({ ...options, imageSize }, withPositions(weights, change));
    };
  },
  covers: coversVit,
  sizes: {
    'vit-tiny-16': (weights) => vit(vitSizes.tiny, weights),
    'vit-small-16': (weights) => vit(vitSizes.small, weights),
  },
} satisfies BackboneFamily;

function withPositions(
  weights: BackboneWeights,
  change: Parameters<typeof resizePositions>[1],
): BackboneWeights {
  if ('seed' in weights) return weights;
  const positions = weights.tensors.get('pos_embed');
  if (positions === undefined || change.from === change.to) return weights;
  return {
    ...weights,
    tensors: new Map(weights.tensors).set('pos_embed', resizePositions(positions, change)),
  };
}
