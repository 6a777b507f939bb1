import { type Naming, type Rename, unchanged } from '../naming/naming.js';

/** Our names are timm's, which for the standard ResNets are torchvision's. */
const timm: Naming = {
  library: 'torchvision and timm',
  marker: 'layer1.0.conv1.weight',
  body: [
    ...unchanged,
    // torchvision-like files of other authors.
    { ours: 'layer*.*.downsample.*.*', theirs: 'layer*.*.shortcut.*.*' },
  ],
  head: [{ ours: 'fc.*', theirs: 'fc.*' }],
};

/** The layers of torchvision or timm in a row: `nn.Sequential(*resnet.children())`. */
const inARow: Naming = {
  library: 'torchvision and timm',
  written: timm,
  marker: '4.0.conv1.weight',
  body: [
    { ours: 'conv1.weight', theirs: '0.weight' },
    { ours: 'conv1.*.*', theirs: '0.*.*' },
    { ours: 'bn1.*', theirs: '1.*' },
    ...[1, 2, 3, 4].flatMap((stage): Rename[] => [
      { ours: `layer${stage}.*.*.*`, theirs: `${stage + 3}.*.*.*` },
      { ours: `layer${stage}.*.*.*.*`, theirs: `${stage + 3}.*.*.*.*` },
    ]),
    { ours: 'fc.*', theirs: '9.*' },
  ],
  head: [{ ours: 'fc.*', theirs: 'fc.*' }],
};

/** `ResNetModel` and its classifier. */
const transformers: Naming = {
  library: 'transformers',
  marker: 'encoder.stages.0.layers.0.layer.0.convolution.weight',
  body: [
    { ours: 'conv1.weight', theirs: 'embedder.embedder.convolution.weight' },
    { ours: 'bn1.*', theirs: 'embedder.embedder.normalization.*' },
    ...[0, 1, 2, 3].flatMap((stage): Rename[] => {
      const [ours, theirs] = [`layer${stage + 1}.*`, `encoder.stages.${stage}.layers.*`];
      return [
        ...[0, 1, 2].flatMap((layer): Rename[] => [
          { ours: `${ours}.conv${layer + 1}.weight`, theirs: `${theirs}.layer.${layer}.convolution.weight` },
          { ours: `${ours}.bn${layer + 1}.*`, theirs: `${theirs}.layer.${layer}.normalization.*` },
        ]),
        { ours: `${ours}.downsample.0.weight`, theirs: `${theirs}.shortcut.convolution.weight` },
        { ours: `${ours}.downsample.1.*`, theirs: `${theirs}.shortcut.normalization.*` },
      ];
    }),
  ],
  head: [{ ours: 'fc.*', theirs: 'classifier.1.*' }],
};

export const resNetNamings = [timm, inARow, transformers];
