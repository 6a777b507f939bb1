import { AdarandError } from '../errors.js';
import { add } from '../graph/operators/add.js';
import { pad } from '../graph/operators/pad.js';
import { slice } from '../graph/operators/slice.js';
import { nchw } from '../graph/shapes.js';
import type { Value } from '../graph/value.js';
import { type Activation, activations } from './activations.js';
import { type BackboneWeights, backbone, imagenetPreprocessing } from './backbone.js';
import { countBlocks } from './count-blocks.js';
import type { BackboneFamily } from './family.js';
import { batchNorm, conv, globalAveragePool } from './layers.js';
import { unchanged } from './naming/naming.js';
import type { Network } from './network.js';
import { batchNormSpecs, convSpecs } from './specs.js';

/**
 * He et al. 2015, section 4.2: ResNet for 32x32 images, of depth 6n + 2 (20, 32, 44, 56, 110). Shortcuts have no
 * parameters (option A): where the map shrinks, every second pixel, with zero channels on both sides.
 */
export function cifarResNet(
  depth: number,
  weights: BackboneWeights,
  { activation = 'relu' }: { readonly activation?: Activation } = {},
): Network {
  if (depth < 8 || depth % 6 !== 2)
    throw new AdarandError(
      'model.depth',
      `A CIFAR ResNet has 6n + 2 layers, not ${depth}`,
      'Choose 20, 32, 44, 56 or 110.',
    );
  const blocks = blocksOf((depth - 2) / 6);
  const act = activations[activation];
  return backbone(
    {
      name: `resnet${depth}-cifar`,
      modelType: 'cifar_resnet',
      featureSize: 64,
      preprocessing: { ...imagenetPreprocessing(32), resizeSize: 32 },
      head: ['linear'],
      groups: [
        { name: 'stem', specs: [...convSpecs('conv1', 16, 3, 3), ...batchNormSpecs('bn1', 16)] },
        ...blocks.map(({ name, before, width }) => ({
          name,
          specs: [
            ...convSpecs(`${name}.conv1`, width, before, 3),
            ...batchNormSpecs(`${name}.bn1`, width),
            ...convSpecs(`${name}.conv2`, width, width, 3),
            ...batchNormSpecs(`${name}.bn2`, width),
          ],
        })),
      ],
      features(images, scope) {
        let x = act(batchNorm(scope, conv(scope, images, 'conv1'), 'bn1'));
        for (const { name, before, width, endOf } of blocks) {
          const stride = width === before ? 1 : 2;
          let y = act(batchNorm(scope, conv(scope, x, `${name}.conv1`, { stride }), `${name}.bn1`));
          y = batchNorm(scope, conv(scope, y, `${name}.conv2`), `${name}.bn2`);
          x = act(add(y, stride === 1 ? x : shrink(x, width)));
          if (endOf !== undefined) scope.featureMap(endOf, x);
        }
        return globalAveragePool(x);
      },
    },
    weights,
  );
}

/** Torch names: three stages, whose shortcuts have no tensors, then `linear`. */
export const cifarResNets = {
  namings: [
    {
      library: 'torch',
      marker: 'layer3.0.conv1.weight',
      body: [{ ours: 'linear.*', theirs: 'fc.*' }, ...unchanged],
      head: [{ ours: 'linear.*', theirs: 'linear.*' }],
    },
  ],
  recognise(tensors) {
    const perStage = countBlocks(tensors, 'layer1');
    const projects = [...tensors.keys()].some((name) => /[.](downsample|shortcut)[.]/.test(name));
    if (perStage === 0 || countBlocks(tensors, 'layer4') > 0 || projects) return undefined;
    return (weights) => cifarResNet(6 * perStage + 2, weights);
  },
  covers: (config) => config.library === 'transformers' && config.modelType === 'cifar_resnet',
  sizes: {
    'resnet20-cifar': (weights) => cifarResNet(20, weights),
    'resnet56-cifar': (weights) => cifarResNet(56, weights),
  },
} satisfies BackboneFamily;

interface Block {
  readonly name: string;
  readonly before: number;
  readonly width: number;
  /** The stage that this block ends. */
  readonly endOf: string | undefined;
}

function blocksOf(perStage: number): Block[] {
  return [16, 32, 64].flatMap((width, stage) =>
    Array.from({ length: perStage }, (_, i) => ({
      name: `layer${stage + 1}.${i}`,
      before: i === 0 && stage > 0 ? width / 2 : width,
      width,
      endOf: i === perStage - 1 ? `stage${stage + 1}` : undefined,
    })),
  );
}

/** Every second pixel of x [N,C,H,W], with zero channels before and after to make `width` of them. */
function shrink(x: Value, width: number): Value {
  const [, channels, height, columns] = nchw(x.shape);
  const rows = slice(x, 2, 0, height, 2);
  const pixels = slice(rows, 3, 0, columns, 2);
  const zeros = (width - channels) / 2;
  return pad(pixels, [0, zeros, 0, 0], [0, zeros, 0, 0]);
}
