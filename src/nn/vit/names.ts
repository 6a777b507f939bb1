import { transposed, withoutLeadingAxes } from '../naming/forms.js';
import { besideClip } from '../naming/leftovers.js';
import { type Naming, unchanged } from '../naming/naming.js';
import { inLayer } from './in-layer.js';
import { transformersClips } from './transformers-clip.js';

/** Our names are timm's. */
const timm: Naming = {
  library: 'timm',
  marker: 'patch_embed.proj.weight',
  body: [
    // What asks and what answers are pooled by one matrix.
    { ours: 'attn_pool.qkv.*', theirs: ['attn_pool.q.*', 'attn_pool.kv.*'], shares: [1, 2] },
    ...unchanged,
  ],
  head: [],
  // OpenCLIP has towers of timm, below `visual.trunk.`.
  unused: besideClip,
};

/** CLIP's projection, which timm stores in the place of a classifier, is a part of the network here. */
const timmProjection: Naming = {
  ...timm,
  marker: 'norm_pre.weight',
  body: [{ ours: 'projection.weight', theirs: 'head.weight' }, ...timm.body],
};

/** DINOv2 as its authors' repository saves it, where not as timm does: with registers. */
const dinoRegisters: Naming = {
  ...timm,
  library: 'DINOv2',
  marker: 'register_tokens',
  body: [{ ours: 'reg_token', theirs: 'register_tokens' }, ...unchanged],
};

/** Its giant, with or without registers. */
const dinoGiant: Naming = {
  ...dinoRegisters,
  marker: 'blocks.0.mlp.w12.weight',
  body: [
    { ours: 'blocks.*.mlp.fc1.*', theirs: 'blocks.*.mlp.w12.*' },
    { ours: 'blocks.*.mlp.fc2.*', theirs: 'blocks.*.mlp.w3.*' },
    ...dinoRegisters.body,
  ],
};

const torchvision: Naming = {
  library: 'torchvision',
  marker: 'encoder.layers.encoder_layer_0.ln_1.weight',
  body: [
    { ours: 'cls_token', theirs: 'class_token' },
    { ours: 'pos_embed', theirs: 'encoder.pos_embedding' },
    { ours: 'patch_embed.proj.*', theirs: 'conv_proj.*' },
    ...inLayer('encoder.layers.encoder_layer_*', [
      ['norm1.*', 'ln_1.*'],
      ['attn.qkv.weight', 'self_attention.in_proj_weight'],
      ['attn.qkv.bias', 'self_attention.in_proj_bias'],
      ['attn.proj.*', 'self_attention.out_proj.*'],
      ['norm2.*', 'ln_2.*'],
      ['mlp.fc1.*', 'mlp.0.*'],
      ['mlp.fc2.*', 'mlp.3.*'],
      ['mlp.fc1.*', 'mlp.linear_1.*'],
      ['mlp.fc2.*', 'mlp.linear_2.*'],
    ]),
    { ours: 'norm.*', theirs: 'encoder.ln.*' },
    { ours: 'head.*', theirs: 'heads.head.*' },
  ],
  head: [],
};

/** What ViT, DeiT and DINOv2 of transformers share. */
const transformersBlocks = inLayer('encoder.layer.*', [
  ['attn.qkv.*', ['query', 'key', 'value'].map((part) => `attention.attention.${part}.*`)],
  ['attn.proj.*', 'attention.output.dense.*'],
]);

const transformersPatches = [
  { ours: 'cls_token', theirs: 'embeddings.cls_token' },
  { ours: 'dist_token', theirs: 'embeddings.distillation_token' },
  { ours: 'reg_token', theirs: 'embeddings.register_tokens' },
  { ours: 'pos_embed', theirs: 'embeddings.position_embeddings' },
  { ours: 'patch_embed.proj.*', theirs: 'embeddings.patch_embeddings.projection.*' },
  { ours: 'norm.*', theirs: 'layernorm.*' },
];

const maskToken = { pattern: /^embeddings[.]mask_token$/, what: 'the decoder of masked training' };

const pooler = { pattern: /^pooler[.]/, what: 'the pooler, which classifiers do not use' };

const transformersVitBlocks = [
  ...transformersBlocks,
  ...inLayer('encoder.layer.*', [
    ['norm1.*', 'layernorm_before.*'],
    ['norm2.*', 'layernorm_after.*'],
    ['mlp.fc1.*', 'intermediate.dense.*'],
    ['mlp.fc2.*', 'output.dense.*'],
  ]),
];

/** `ViTModel`, `DeiTModel` and their classifiers. */
const transformersVit: Naming = {
  library: 'transformers',
  marker: 'encoder.layer.0.layernorm_before.weight',
  body: [...transformersPatches, ...transformersVitBlocks],
  head: [{ ours: 'head.*', theirs: 'classifier.*' }],
  unused: [pooler, maskToken],
};

/** `ViTMSNForImageClassification` as transformers 5 saves it: its blocks alone lack the `vit.` before the others. */
const transformersMsn: Naming = {
  ...transformersVit,
  marker: 'vit.layernorm.weight',
  body: [
    ...transformersPatches.map(({ ours, theirs }) => ({ ours, theirs: `vit.${theirs}` })),
    ...transformersVitBlocks,
  ],
  written: transformersVit,
};

/** `DeiTForImageClassificationWithTeacher`, and `DeiTForImageClassification`, which has one classifier. */
const transformersDistilled: Naming = {
  ...transformersVit,
  marker: 'embeddings.distillation_token',
  ofOneHead: transformersVit,
  head: [
    { ours: 'head.*', theirs: 'cls_classifier.*' },
    { ours: 'head_dist.*', theirs: 'distillation_classifier.*' },
    { ours: 'head.*', theirs: 'classifier.*' },
  ],
};

/** `Dinov2Model`, with and without registers, and its classifier. */
const transformersDino = dino('encoder.layer.0.layer_scale1.lambda1', [
  ['mlp.fc1.*', 'mlp.fc1.*'],
  ['mlp.fc2.*', 'mlp.fc2.*'],
]);

/** The giant DINOv2, with SwiGLU. */
const transformersDinoSwiglu = dino('encoder.layer.0.mlp.weights_in.weight', [
  ['mlp.fc1.*', 'mlp.weights_in.*'],
  ['mlp.fc2.*', 'mlp.weights_out.*'],
]);

function dino(marker: string, mlp: readonly (readonly [ours: string, theirs: string])[]): Naming {
  return {
    library: 'transformers',
    marker,
    body: [
      ...transformersPatches,
      ...transformersBlocks,
      ...inLayer('encoder.layer.*', [
        ['norm1.*', 'norm1.*'],
        ['norm2.*', 'norm2.*'],
        ['ls1.gamma', 'layer_scale1.lambda1'],
        ['ls2.gamma', 'layer_scale2.lambda1'],
        ...mlp,
      ]),
    ],
    head: [{ ours: 'head.*', theirs: 'classifier.*' }],
    unused: [maskToken],
  };
}

/** OpenAI's and OpenCLIP's image tower. */
const openClip: Naming = {
  library: 'OpenCLIP',
  marker: 'ln_pre.weight',
  body: [
    { ours: 'cls_token', theirs: 'class_embedding', form: withoutLeadingAxes(2) },
    { ours: 'pos_embed', theirs: 'positional_embedding', form: withoutLeadingAxes(1) },
    { ours: 'patch_embed.proj.*', theirs: 'conv1.*' },
    { ours: 'norm_pre.*', theirs: 'ln_pre.*' },
    ...inLayer('transformer.resblocks.*', [
      ['norm1.*', 'ln_1.*'],
      ['attn.qkv.weight', 'attn.in_proj_weight'],
      ['attn.qkv.bias', 'attn.in_proj_bias'],
      ['attn.proj.*', 'attn.out_proj.*'],
      ['ls1.gamma', 'ls_1.gamma'],
      ['ls2.gamma', 'ls_2.gamma'],
      ['norm2.*', 'ln_2.*'],
      ['mlp.fc1.*', 'mlp.c_fc.*'],
      ['mlp.fc2.*', 'mlp.c_proj.*'],
    ]),
    { ours: 'norm.*', theirs: 'ln_post.*' },
    { ours: 'projection.weight', theirs: 'proj', form: transposed },
  ],
  head: [],
  unused: besideClip,
};

/** In the order in which they are tried: what is more special comes first. */
export const vitNamings = [
  dinoGiant,
  dinoRegisters,
  timmProjection,
  timm,
  torchvision,
  transformersDistilled,
  transformersVit,
  transformersMsn,
  transformersDinoSwiglu,
  transformersDino,
  ...transformersClips,
  openClip,
];
