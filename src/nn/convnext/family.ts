import type { BackboneFamily } from '../family.js';
import { convNeXt } from './convnext.js';
import { convNeXtNamings } from './names.js';
import type { ConvNeXtOptions } from './options.js';
import { convNeXtOptions, coversConvNeXt } from './recognise.js';

/** Of the first paper, and the smallest of the second. */
const convNeXtSizes = {
  tiny: {
    name: 'convnext_tiny',
    stem: { kind: 'patch', patch: 4 },
    stages: [
      { blocks: 3, width: 96 },
      { blocks: 3, width: 192 },
      { blocks: 9, width: 384 },
      { blocks: 3, width: 768 },
    ],
  },
  v2Atto: {
    name: 'convnextv2_atto',
    stem: { kind: 'patch', patch: 4 },
    stages: [
      { blocks: 2, width: 40 },
      { blocks: 2, width: 80 },
      { blocks: 6, width: 160 },
      { blocks: 2, width: 320 },
    ],
    responseNorm: true,
  },
} as const satisfies Readonly<Record<string, ConvNeXtOptions>>;

/** ConvNeXt and ConvNeXt V2 in any size that tensors tell. */
export const convNeXts = {
  namings: convNeXtNamings,
  recognise(tensors, config) {
    const options = convNeXtOptions(tensors, config);
    return options === undefined ? undefined : (weights) => convNeXt(options, weights);
  },
  covers: coversConvNeXt,
  sizes: {
    convnext_tiny: (weights) => convNeXt(convNeXtSizes.tiny, weights),
    convnextv2_atto: (weights) => convNeXt(convNeXtSizes.v2Atto, weights),
  },
} satisfies BackboneFamily;
