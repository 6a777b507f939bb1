import type { Naming, Rename } from '../naming/naming.js';

/** `MobileNetV2Model` of transformers and its classifier: a stem, and sixteen blocks that it numbers through. */
const mobileNetV2: Naming = {
  library: 'transformers',
  marker: 'conv_stem.first_conv.convolution.weight',
  body: [
    ...convolution('conv_stem', 'bn1', 'conv_stem.first_conv'),
    ...convolution('blocks.0.0.conv_dw', 'blocks.0.0.bn1', 'conv_stem.conv_3x3'),
    ...convolution('blocks.0.0.conv_pw', 'blocks.0.0.bn2', 'conv_stem.reduce_1x1'),
    ...numbered([2, 3, 4, 3, 3, 1], 1).flatMap(({ ours }, i) => [
      ...convolution(`${ours}.conv_pw`, `${ours}.bn1`, `layer.${i}.expand_1x1`),
      ...convolution(`${ours}.conv_dw`, `${ours}.bn2`, `layer.${i}.conv_3x3`),
      ...convolution(`${ours}.conv_pwl`, `${ours}.bn3`, `layer.${i}.reduce_1x1`),
    ]),
    ...convolution('conv_head', 'bn2', 'conv_1x1'),
  ],
  head: [{ ours: 'classifier.*', theirs: 'classifier.*' }],
};

function convolution(conv: string, norm: string, theirs: string): Rename[] {
  return [
    { ours: `${conv}.weight`, theirs: `${theirs}.convolution.weight` },
    { ours: `${norm}.*`, theirs: `${theirs}.normalization.*` },
  ];
}

/** Our names of blocks, of which there are so many in each stage. */
function numbered(repeats: readonly number[], first = 0) {
  return repeats.flatMap((count, s) =>
    Array.from({ length: count }, (_, i) => ({ ours: `blocks.${first + s}.${i}`, expands: first + s > 0 })),
  );
}

/** `EfficientNetModel` and its classifier, with so many blocks in each stage. */
function efficientNet(repeats: readonly number[]): Naming {
  const blocks = numbered(repeats);
  return {
    library: 'transformers',
    marker: `encoder.blocks.${blocks.length - 1}.projection.project_conv.weight`,
    body: [
      { ours: 'conv_stem.weight', theirs: 'embeddings.convolution.weight' },
      { ours: 'bn1.*', theirs: 'embeddings.batchnorm.*' },
      ...blocks.flatMap(({ ours, expands }, i) => inBlock(ours, `encoder.blocks.${i}`, expands)),
      { ours: 'conv_head.weight', theirs: 'encoder.top_conv.weight' },
      { ours: 'bn2.*', theirs: 'encoder.top_bn.*' },
    ],
    head: [{ ours: 'classifier.*', theirs: 'classifier.*' }],
  };
}

function inBlock(ours: string, theirs: string, expands: boolean): Rename[] {
  const [spread, project] = expands ? ['bn2', 'bn3'] : ['bn1', 'bn2'];
  return [
    { ours: `${ours}.conv_pw.weight`, theirs: `${theirs}.expansion.expand_conv.weight` },
    { ours: `${ours}.bn1.*`, theirs: `${theirs}.expansion.expand_bn.*` },
    { ours: `${ours}.conv_dw.weight`, theirs: `${theirs}.depthwise_conv.depthwise_conv.weight` },
    { ours: `${ours}.${spread}.*`, theirs: `${theirs}.depthwise_conv.depthwise_norm.*` },
    { ours: `${ours}.se.fc1.*`, theirs: `${theirs}.squeeze_excite.reduce.*` },
    { ours: `${ours}.se.fc2.*`, theirs: `${theirs}.squeeze_excite.expand.*` },
    {
      ours: `${ours}.${expands ? 'conv_pwl' : 'conv_pw'}.weight`,
      theirs: `${theirs}.projection.project_conv.weight`,
    },
    { ours: `${ours}.${project}.*`, theirs: `${theirs}.projection.project_bn.*` },
  ].slice(expands ? 0 : 2);
}

/** B7 to B0; a larger one has the last block of a smaller one, too. B1 and B2 are equally deep. */
const efficientNets = [
  [4, 7, 7, 10, 10, 13, 4],
  [3, 6, 6, 8, 8, 11, 3],
  [3, 5, 5, 7, 7, 9, 3],
  [2, 4, 4, 6, 6, 8, 2],
  [2, 3, 3, 5, 5, 6, 2],
  [2, 3, 3, 4, 4, 5, 2],
  [1, 2, 2, 3, 3, 4, 1],
].map(efficientNet);

export const transformersMobileNets: readonly Naming[] = [mobileNetV2, ...efficientNets];
