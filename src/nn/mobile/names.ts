import { withoutTrailingAxes } from '../naming/forms.js';
import { type Naming, type Rename, unchanged } from '../naming/naming.js';
import { transformersMobileNets } from './transformers-names.js';

const timm: Naming = {
  library: 'timm',
  marker: 'conv_stem.weight',
  body: [
    { ours: 'blocks.*.*.se.fc1.*', theirs: 'blocks.*.*.se.conv_reduce.*' },
    { ours: 'blocks.*.*.se.fc2.*', theirs: 'blocks.*.*.se.conv_expand.*' },
    ...unchanged,
  ],
  head: [],
};

/** Torchvision numbers the layers of a block: those that it has. */
function inBlock(ours: string, theirs: string, expands: boolean, squeezes: boolean): Rename[] {
  const [spread, project] = expands ? [2, 3] : [1, 2];
  const layers = [
    ...(expands ? [['conv_pw', 'bn1'] as const] : []),
    ['conv_dw', `bn${spread}`] as const,
    ...(squeezes ? ['se' as const] : []),
    [expands ? 'conv_pwl' : 'conv_pw', `bn${project}`] as const,
  ];
  return layers.flatMap((layer, i): Rename[] =>
    layer === 'se'
      ? [{ ours: `${ours}.se.*.*`, theirs: `${theirs}.block.${i}.*.*` }]
      : [
          { ours: `${ours}.${layer[0]}.weight`, theirs: `${theirs}.block.${i}.0.weight` },
          { ours: `${ours}.${layer[1]}.*`, theirs: `${theirs}.block.${i}.1.*` },
        ],
  );
}

const torchvisionStem: readonly Rename[] = [
  { ours: 'conv_stem.weight', theirs: 'features.0.0.weight' },
  { ours: 'bn1.*', theirs: 'features.0.1.*' },
];

const torchvisionEfficientNet: Naming = {
  library: 'torchvision',
  marker: 'features.1.0.block.0.0.weight',
  body: [
    ...torchvisionStem,
    { ours: 'conv_head.weight', theirs: 'features.8.0.weight' },
    { ours: 'bn2.*', theirs: 'features.8.1.*' },
    ...[0, 1, 2, 3, 4, 5, 6].flatMap((stage) =>
      inBlock(`blocks.${stage}.*`, `features.${stage + 1}.*`, stage > 0, true),
    ),
    { ours: 'classifier.*', theirs: 'classifier.1.*' },
  ],
  head: [],
};

/** MobileNetV3 numbers its blocks through; with how many there are in each stage, and in which they are squeezed. */
function torchvisionV3(stages: readonly (readonly [blocks: number, squeezed: boolean])[]): Naming {
  const blocks = stages.flatMap(([count, squeezed], stage) =>
    Array.from({ length: count }, (_, i) => ({ ours: `blocks.${stage}.${i}`, expands: stage > 0, squeezed })),
  );
  const last = `features.${blocks.length + 1}`;
  return {
    library: 'torchvision',
    marker: `${last}.0.weight`,
    body: [
      ...torchvisionStem,
      { ours: `blocks.${stages.length}.0.conv.weight`, theirs: `${last}.0.weight` },
      { ours: `blocks.${stages.length}.0.bn1.*`, theirs: `${last}.1.*` },
      ...blocks.flatMap(({ ours, expands, squeezed }, i) =>
        inBlock(ours, `features.${i + 1}`, expands, squeezed),
      ),
      { ours: 'conv_head.weight', theirs: 'classifier.0.weight', form: withoutTrailingAxes(2) },
      { ours: 'conv_head.bias', theirs: 'classifier.0.bias' },
      { ours: 'classifier.*', theirs: 'classifier.3.*' },
    ],
    head: [],
  };
}

const torchvisionLarge = torchvisionV3([
  [1, false],
  [2, false],
  [3, true],
  [4, false],
  [2, true],
  [3, true],
]);

const torchvisionSmall = torchvisionV3([
  [1, true],
  [2, false],
  [3, true],
  [2, true],
  [3, true],
]);

export const mobileNetNamings: readonly Naming[] = [
  timm,
  torchvisionEfficientNet,
  torchvisionLarge,
  torchvisionSmall,
  ...transformersMobileNets,
];
