import { besideClip } from '../naming/leftovers.js';
import { type Naming, type Rename, unchanged } from '../naming/naming.js';

/** Our names are OpenAI's, below `visual.` in a whole CLIP. */
const openAi: Naming = {
  library: 'OpenCLIP',
  marker: 'attnpool.positional_embedding',
  body: unchanged,
  head: [],
  unused: besideClip,
};

/** `resnet50_clip` and the like. */
const timm: Naming = {
  library: 'timm',
  marker: 'stem.conv1.conv.weight',
  body: [
    ...[1, 2, 3].flatMap((i): Rename[] => [
      { ours: `conv${i}.weight`, theirs: `stem.conv${i}.conv.weight` },
      { ours: `bn${i}.*`, theirs: `stem.conv${i}.bn.*` },
    ]),
    ...[1, 2, 3, 4].flatMap((stage): Rename[] => {
      const [ours, theirs] = [`layer${stage}.*`, `stages.${stage - 1}.*`];
      return [
        ...['conv1_1x1', 'conv2_kxk', 'conv3_1x1'].flatMap((name, i): Rename[] => [
          { ours: `${ours}.conv${i + 1}.weight`, theirs: `${theirs}.${name}.conv.weight` },
          { ours: `${ours}.bn${i + 1}.*`, theirs: `${theirs}.${name}.bn.*` },
        ]),
        { ours: `${ours}.downsample.0.weight`, theirs: `${theirs}.shortcut.conv.conv.weight` },
        { ours: `${ours}.downsample.1.*`, theirs: `${theirs}.shortcut.conv.bn.*` },
      ];
    }),
    { ours: 'attnpool.positional_embedding', theirs: 'head.pos_embed' },
    ...['q', 'k', 'v'].map((part) => ({ ours: `attnpool.${part}_proj.*`, theirs: `head.${part}.*` })),
    { ours: 'attnpool.c_proj.*', theirs: 'head.proj.*' },
    { ours: 'fc.*', theirs: 'head.fc.*' },
  ],
  head: [],
};

export const clipResNetNamings = [openAi, timm];
