import { at } from '../../errors.js';
import { add, averagePool, maxPool } from '../../graph/ops.js';
import type { Value } from '../../graph/value.js';
import { activations } from '../activations.js';
import { type BackboneWeights, backbone, imagenetPreprocessing } from '../backbone.js';
import { batchNorm, conv, globalAveragePool } from '../layers.js';
import type { Network, Scope } from '../network.js';
import { batchNormSpecs, convSpecs, type TensorSpec } from '../specs.js';
import { squeezeExcite, squeezeExciteSpecs } from '../squeeze-excite.js';
import { type Block, blocksOf, projects } from './blocks.js';
import type { ResNetOptions } from './options.js';

const { relu } = activations;

/**
 * ResNet (He et al. 2015) with timm's tensor names, which for the standard one are torchvision's. The options make it
 * wide (Zagoruyko and Komodakis 2016), ResNeXt (Xie et al. 2017), SE-ResNet (Hu et al. 2018) or ResNet-D (He et al. 2019).
 */
export function resNet(options: ResNetOptions, weights: BackboneWeights): Network {
  const { name, stem, preprocessing } = options;
  const blocks = blocksOf(options);
  return backbone(
    {
      name,
      modelType: 'resnet',
      featureSize: at(blocks, blocks.length - 1).out,
      preprocessing: preprocessing ?? imagenetPreprocessing(stem.kind === 'small' ? 32 : 224),
      head: ['fc'],
      groups: [
        { name: 'stem', specs: stemSpecs(options) },
        ...blocks.map((block) => ({ name: block.name, specs: blockSpecs(block, options) })),
      ],
      features(images, scope) {
        let x = stemOf(scope, images, options);
        for (const block of blocks) {
          x = relu(add(residual(scope, x, block), shortcut(scope, x, block, options)));
          if (block.endOf !== undefined) scope.featureMap(block.endOf, x);
        }
        return globalAveragePool(x);
      },
    },
    weights,
  );
}

function stemSpecs({ stem: { kind, channels } }: ResNetOptions): TensorSpec[] {
  const [first, second, third] = [at(channels, 0), channels[1] ?? 0, channels[2] ?? 0];
  const last = at(channels, channels.length - 1);
  if (kind !== 'deep')
    return [...convSpecs('conv1', first, 3, kind === 'standard' ? 7 : 3), ...batchNormSpecs('bn1', last)];
  return [
    ...convSpecs('conv1.0', first, 3, 3),
    ...batchNormSpecs('conv1.1', first),
    ...convSpecs('conv1.3', second, first, 3),
    ...batchNormSpecs('conv1.4', second),
    ...convSpecs('conv1.6', third, second, 3),
    ...batchNormSpecs('bn1', last),
  ];
}

function stemOf(scope: Scope, images: Value, { stem: { kind } }: ResNetOptions): Value {
  const normalised = (x: Value, name: string) => relu(batchNorm(scope, x, name));
  if (kind === 'small') return normalised(conv(scope, images, 'conv1'), 'bn1');
  let x: Value;
  if (kind === 'deep') {
    x = normalised(conv(scope, images, 'conv1.0', { stride: 2 }), 'conv1.1');
    x = conv(scope, normalised(conv(scope, x, 'conv1.3'), 'conv1.4'), 'conv1.6');
  } else x = conv(scope, images, 'conv1', { stride: 2 });
  return maxPool(normalised(x, 'bn1'), { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil: false });
}

function blockSpecs(block: Block, { shortcut: kind }: ResNetOptions): TensorSpec[] {
  const { name, before, out, layers, squeeze } = block;
  const first = kind === 'average' ? 1 : 0;
  return [
    ...layers.flatMap((layer, i) => [
      ...convSpecs(`${name}.conv${i + 1}`, layer.out, layer.before / layer.groups, layer.kernel),
      ...batchNormSpecs(`${name}.bn${i + 1}`, layer.out),
    ]),
    ...(squeeze === undefined ? [] : squeezeExciteSpecs(`${name}.se`, out, squeeze)),
    ...(projects(block)
      ? [
          ...convSpecs(`${name}.downsample.${first}`, out, before, 1),
          ...batchNormSpecs(`${name}.downsample.${first + 1}`, out),
        ]
      : []),
  ];
}

function residual(scope: Scope, x: Value, { name, layers, squeeze }: Block): Value {
  const y = layers.reduce((z, { stride, groups }, i) => {
    const convolved = conv(scope, z, `${name}.conv${i + 1}`, { stride, groups });
    const normalised = batchNorm(scope, convolved, `${name}.bn${i + 1}`);
    return i === layers.length - 1 ? normalised : relu(normalised);
  }, x);
  return squeeze === undefined ? y : squeezeExcite(scope, y, `${name}.se`);
}

function shortcut(scope: Scope, x: Value, block: Block, { shortcut: kind }: ResNetOptions): Value {
  const { name, stride } = block;
  if (!projects(block)) return x;
  if (kind !== 'average')
    return batchNorm(scope, conv(scope, x, `${name}.downsample.0`, { stride }), `${name}.downsample.1`);
  const window = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], ceil: true } as const;
  const smaller = stride === 1 ? x : averagePool(x, { ...window, countPadding: false });
  return batchNorm(scope, conv(scope, smaller, `${name}.downsample.1`), `${name}.downsample.2`);
}
