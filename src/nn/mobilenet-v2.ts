import { add } from '../graph/operators/add.js';
import type { Value } from '../graph/value.js';
import { type Activation, activations } from './activations.js';
import { type BackboneWeights, backbone, imagenetPreprocessing } from './backbone.js';
import type { BackboneFamily } from './family.js';
import { batchNorm, conv, globalAveragePool } from './layers.js';
import { unchanged } from './naming/naming.js';
import type { Network, Scope } from './network.js';
import { batchNormSpecs, convSpecs, followedBy } from './specs.js';

/** A group of inverted residuals; only the first has the stride. */
export interface InvertedResiduals {
  readonly expansion: number;
  readonly channels: number;
  readonly repeats: number;
  readonly stride: number;
}

export interface MobileNetV2Options {
  readonly name?: string;
  readonly stem?: number;
  readonly groups?: readonly InvertedResiduals[];
  /** Length of the features. */
  readonly last?: number;
  readonly activation?: Activation;
  /** Which strided convolutions pad as TensorFlow's SAME does (at the right and bottom, for even sizes). */
  readonly samePadding?: 'none' | 'stem' | 'all';
}

/** Table 2 of Sandler et al. 2018. */
const standard: readonly InvertedResiduals[] = [
  { expansion: 1, channels: 16, repeats: 1, stride: 1 },
  { expansion: 6, channels: 24, repeats: 2, stride: 2 },
  { expansion: 6, channels: 32, repeats: 3, stride: 2 },
  { expansion: 6, channels: 64, repeats: 4, stride: 2 },
  { expansion: 6, channels: 96, repeats: 3, stride: 1 },
  { expansion: 6, channels: 160, repeats: 3, stride: 2 },
  { expansion: 6, channels: 320, repeats: 1, stride: 1 },
];

/** MobileNetV2 (Sandler et al. 2018) with torchvision's tensor names; the standard sizes unless others are given. */
export function mobileNetV2(weights: BackboneWeights, options: MobileNetV2Options = {}): Network {
  const { name = 'mobilenet-v2', stem = 32, groups = standard, last = 1280, samePadding = 'none' } = options;
  const act = activations[options.activation ?? 'relu6'];
  const padding = samePadding === 'all' ? 'same' : 'symmetric';
  const blocks = blocksOf(stem, groups);
  const end = `features.${blocks.length + 1}`;
  return backbone(
    {
      name,
      modelType: 'mobilenet_v2',
      featureSize: last,
      preprocessing: imagenetPreprocessing(224),
      head: ['classifier.1'],
      groups: followedBy(
        [
          {
            name: 'stem',
            specs: [...convSpecs('features.0.0', stem, 3, 3), ...batchNormSpecs('features.0.1', stem)],
          },
          ...blocks.map((block, i) => ({
            name: `features.${i + 1}`,
            specs: unitsOf(block).flatMap((unit) => [
              ...convSpecs(unit.conv, unit.out, unit.depthwise ? 1 : unit.before, unit.depthwise ? 3 : 1),
              ...batchNormSpecs(unit.norm, unit.out),
            ]),
          })),
        ],
        [
          ...convSpecs(`${end}.0`, last, blocks.at(-1)?.channels ?? stem, 1),
          ...batchNormSpecs(`${end}.1`, last),
        ],
      ),
      features(images, scope) {
        const stemPadding = samePadding === 'none' ? 'symmetric' : 'same';
        const first = conv(scope, images, 'features.0.0', { stride: 2, padding: stemPadding });
        let x = act(batchNorm(scope, first, 'features.0.1'));
        for (const block of blocks) {
          const y = invertedResidual(scope, x, block, act, padding);
          x = block.stride === 1 && block.before === block.channels ? add(x, y) : y;
          if (block.endOf !== undefined) scope.featureMap(block.endOf, x);
        }
        return globalAveragePool(act(batchNorm(scope, conv(scope, x, `${end}.0`), `${end}.1`)));
      },
    },
    weights,
  );
}

/** Torchvision's names: eighteen features before the last convolution, in the one size that it has. */
export const mobileNetV2s = {
  namings: [{ library: 'torchvision', marker: 'features.18.0.weight', body: unchanged, head: [] }],
  recognise: (tensors) =>
    tensors.has('features.18.0.weight') ? (weights) => mobileNetV2(weights) : undefined,
  covers: () => false,
  sizes: { 'mobilenet-v2': (weights) => mobileNetV2(weights) },
} satisfies BackboneFamily;

interface Block {
  readonly name: string;
  readonly before: number;
  readonly channels: number;
  readonly expansion: number;
  readonly stride: number;
  /** The stage that this block ends: a stage is what runs at one resolution. */
  readonly endOf: string | undefined;
}

function blocksOf(stem: number, groups: readonly InvertedResiduals[]): Block[] {
  let before = stem;
  const blocks = groups.flatMap(({ expansion, channels, repeats, stride }) =>
    Array.from({ length: repeats }, (_, i) => {
      const block = { before, channels, expansion, stride: i === 0 ? stride : 1 };
      before = channels;
      return block;
    }),
  );
  let stage = 0;
  return blocks.map((block, i) => {
    const ends = blocks[i + 1]?.stride !== 1;
    if (ends) stage += 1;
    return { ...block, name: `features.${i + 1}.conv`, endOf: ends ? `stage${stage}` : undefined };
  });
}

/** One convolution of a block, followed by BatchNorm. */
interface Unit {
  readonly conv: string;
  readonly norm: string;
  readonly before: number;
  readonly out: number;
  readonly depthwise: boolean;
}

/** Expansion (where there is any), depthwise convolution, projection. */
function unitsOf({ name, before, channels, expansion }: Block): Unit[] {
  const hidden = before * expansion;
  const expand = { conv: `${name}.0.0`, norm: `${name}.0.1`, before, out: hidden, depthwise: false };
  const i = expansion === 1 ? 0 : 1;
  return [
    ...(expansion === 1 ? [] : [expand]),
    { conv: `${name}.${i}.0`, norm: `${name}.${i}.1`, before: hidden, out: hidden, depthwise: true },
    {
      conv: `${name}.${i + 1}`,
      norm: `${name}.${i + 2}`,
      before: hidden,
      out: channels,
      depthwise: false,
    },
  ];
}

function invertedResidual(
  scope: Scope,
  x: Value,
  block: Block,
  act: (x: Value) => Value,
  padding: 'symmetric' | 'same',
): Value {
  const units = unitsOf(block);
  return units.reduce((y, unit, i) => {
    const options = unit.depthwise ? { stride: block.stride, groups: unit.out, padding } : {};
    const z = batchNorm(scope, conv(scope, y, unit.conv, options), unit.norm);
    return i === units.length - 1 ? z : act(z);
  }, x);
}
