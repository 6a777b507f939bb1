import { onFlatPatches, withoutLeadingAxes } from '../naming/forms.js';
import type { Naming, Rename } from '../naming/naming.js';
import { inLayer } from './in-layer.js';

const clipLayer: Parameters<typeof inLayer>[1] = [
  ['norm1.*', 'layer_norm1.*'],
  ['attn.qkv.*', ['q', 'k', 'v'].map((part) => `self_attn.${part}_proj.*`)],
  ['attn.proj.*', 'self_attn.out_proj.*'],
  ['norm2.*', 'layer_norm2.*'],
  ['mlp.*.*', 'mlp.*.*'],
];

const clipText = {
  pattern: /^(text_model[.]|text_projection|logit_(scale|bias)$)/,
  what: "CLIP's text tower",
};

/** `CLIPVisionModel`, `CLIPVisionModelWithProjection`, and the image tower of `CLIPModel`. */
const clip: Naming = {
  library: 'transformers',
  marker: 'embeddings.class_embedding',
  body: [
    { ours: 'cls_token', theirs: 'embeddings.class_embedding', form: withoutLeadingAxes(2) },
    {
      ours: 'pos_embed',
      theirs: 'embeddings.position_embedding.weight',
      form: withoutLeadingAxes(1),
    },
    { ours: 'patch_embed.proj.*', theirs: 'embeddings.patch_embedding.*' },
    { ours: 'norm_pre.*', theirs: 'pre_layrnorm.*' },
    ...inLayer('encoder.layers.*', clipLayer),
    { ours: 'norm.*', theirs: 'post_layernorm.*' },
  ],
  head: [{ ours: 'projection.weight', theirs: 'visual_projection.weight' }],
  unused: [clipText],
};

/** `CLIPForImageClassification`, whose classifier sees what comes before the last LayerNorm. */
const clipClassifier: Naming = {
  ...clip,
  head: [{ ours: 'head.*', theirs: 'classifier.*' }],
  unused: [
    clipText,
    {
      pattern: /^post_layernorm[.]/,
      what: 'the last LayerNorm, which classifiers do not use',
    },
  ],
};

/** `SiglipVisionModel`, and the image tower of `SiglipModel`. */
const siglip: Naming = {
  library: 'transformers',
  marker: 'embeddings.patch_embedding.bias',
  body: [
    { ours: 'pos_embed', theirs: 'embeddings.position_embedding.weight', form: withoutLeadingAxes(1) },
    { ours: 'patch_embed.proj.*', theirs: 'embeddings.patch_embedding.*' },
    ...inLayer('encoder.layers.*', clipLayer),
    { ours: 'norm.*', theirs: 'post_layernorm.*' },
    { ours: 'attn_pool.latent', theirs: 'head.probe' },
    { ours: 'attn_pool.qkv.weight', theirs: 'head.attention.in_proj_weight' },
    { ours: 'attn_pool.qkv.bias', theirs: 'head.attention.in_proj_bias' },
    { ours: 'attn_pool.proj.*', theirs: 'head.attention.out_proj.*' },
    { ours: 'attn_pool.norm.*', theirs: 'head.layernorm.*' },
    { ours: 'attn_pool.mlp.*.*', theirs: 'head.mlp.*.*' },
  ],
  head: [],
  unused: [clipText],
};

/** `SiglipForImageClassification`, whose classifier sees the average of the patches. */
const siglipClassifier: Naming = {
  ...siglip,
  head: [{ ours: 'head.*', theirs: 'classifier.*' }],
  unused: [clipText, { pattern: /^head[.]/, what: 'the attention pooling, which classifiers do not use' }],
};

/** A patch of `Siglip2VisionModel` is a row of pixels. */
const flatPatches = {
  ours: 'patch_embed.proj.weight',
  theirs: 'embeddings.patch_embedding.weight',
  form: onFlatPatches(3),
} satisfies Rename;

/** `Siglip2VisionModel`, and the image tower of `Siglip2Model`: images of any number of patches. */
const siglip2: Naming = {
  ...siglip,
  marker: flatPatches.theirs,
  body: [flatPatches, ...siglip.body],
};

/** `Siglip2ForImageClassification`. */
const siglip2Classifier: Naming = { ...siglipClassifier, marker: siglip2.marker, body: siglip2.body };

/** CLIP and SigLIP of transformers; without a classifier first. */
export const transformersClips = [clip, clipClassifier, siglip, siglipClassifier, siglip2, siglip2Classifier];

/** Whether a network resizes its positions for each image, as SigLIP 2 does. */
export function isFlexible(naming: Naming | undefined): boolean {
  return naming === siglip2 || naming === siglip2Classifier;
}
