import { type Form, same, withLeadingAxes, withTrailingAxes } from '../naming/forms.js';
import { type Naming, type Rename, unchanged } from '../naming/naming.js';

/** Our names are timm's. */
const timm: Naming = {
  library: 'timm',
  marker: 'stages.0.blocks.0.conv_dw.weight',
  body: unchanged,
  head: [],
};

/** Stages and what shrinks between them follow each other in one list. */
const torchvision: Naming = {
  library: 'torchvision',
  marker: 'features.1.0.layer_scale',
  body: [
    { ours: 'stem.*.*', theirs: 'features.0.*.*' },
    ...[0, 1, 2, 3].flatMap((stage): Rename[] => [
      ...inBlock(`stages.${stage}.blocks.*`, `features.${2 * stage + 1}.*`, [
        ['conv_dw.*', 'block.0.*'],
        ['norm.*', 'block.2.*'],
        ['mlp.fc1.*', 'block.3.*'],
        ['mlp.fc2.*', 'block.5.*'],
        ['gamma', 'layer_scale', withTrailingAxes(2)],
      ]),
      ...(stage === 0
        ? []
        : [{ ours: `stages.${stage}.downsample.*.*`, theirs: `features.${2 * stage}.*.*` }]),
    ]),
    { ours: 'head.norm.*', theirs: 'classifier.0.*' },
    { ours: 'head.fc.*', theirs: 'classifier.2.*' },
  ],
  head: [],
};

/** `ConvNextModel`, `ConvNextV2Model` and their classifiers. */
const transformers: Naming = {
  library: 'transformers',
  marker: 'encoder.stages.0.layers.0.dwconv.weight',
  body: [
    { ours: 'stem.0.*', theirs: 'embeddings.patch_embeddings.*' },
    { ours: 'stem.1.*', theirs: 'embeddings.layernorm.*' },
    { ours: 'stages.*.downsample.*.*', theirs: 'encoder.stages.*.downsampling_layer.*.*' },
    ...inBlock('stages.*.blocks.*', 'encoder.stages.*.layers.*', [
      ['conv_dw.*', 'dwconv.*'],
      ['norm.*', 'layernorm.*'],
      ['mlp.fc1.*', 'pwconv1.*'],
      ['mlp.grn.*', 'grn.*', withLeadingAxes(3)],
      ['mlp.fc2.*', 'pwconv2.*'],
      ['gamma', 'layer_scale_parameter'],
    ]),
    { ours: 'head.norm.*', theirs: 'layernorm.*' },
  ],
  head: [{ ours: 'head.fc.*', theirs: 'classifier.*' }],
};

export const convNeXtNamings = [timm, torchvision, transformers];

function inBlock(
  ours: string,
  theirs: string,
  names: readonly (readonly [ours: string, theirs: string, form?: Form])[],
): Rename[] {
  return names.map(([own, other, form = same]) => ({
    ours: `${ours}.${own}`,
    theirs: `${theirs}.${other}`,
    form,
  }));
}
