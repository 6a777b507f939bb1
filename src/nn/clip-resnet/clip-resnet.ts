import { at } from '../../errors.js';
import { add, averagePool } from '../../graph/ops.js';
import type { Value } from '../../graph/value.js';
import { activations } from '../activations.js';
import { type BackboneWeights, backbone, clipPreprocessing } from '../backbone.js';
import { batchNorm, conv, globalAveragePool } from '../layers.js';
import type { Network, Scope } from '../network.js';
import { batchNormSpecs, convSpecs, followedBy, type TensorSpec } from '../specs.js';
import { attentionPool, attentionPoolSpecs } from './attention-pool.js';

export interface ClipResNetOptions {
  readonly name: string;
  readonly imageSize: number;
  /** Channels after each of the three convolutions of the stem. */
  readonly stem: readonly [number, number, number];
  readonly stages: readonly { readonly blocks: number; readonly width: number; readonly out: number }[];
  /** The attention pooling, with the length of the features after it; undefined for a plain average. */
  readonly attention: { readonly heads: number; readonly projection: number } | undefined;
}

/** Pixels that a place in the last map stands for. */
export const SHRINKS = 32;

const { relu } = activations;

/**
 * The image tower of CLIP in the form of a ResNet (Radford et al. 2021) with OpenAI's tensor names: three convolutions
 * before the first stage, averages wherever a ResNet has strides or maxima, and attention instead of the last average,
 * unless timm has left that out. Its features are what texts are compared with.
 */
export function clipResNet(options: ClipResNetOptions, weights: BackboneWeights): Network {
  const { name, imageSize, stages, attention } = options;
  const blocks = blocksOf(options);
  const width = at(stages, stages.length - 1).out;
  return backbone(
    {
      name,
      modelType: 'resnet',
      featureSize: attention?.projection ?? width,
      preprocessing: clipPreprocessing(imageSize),
      head: attention === undefined ? ['fc'] : [],
      groups: followedBy(
        [
          { name: 'stem', specs: stemSpecs(options) },
          ...blocks.map((block) => ({ name: block.name, specs: blockSpecs(block) })),
        ],
        attention === undefined
          ? []
          : attentionPoolSpecs('attnpool', {
              places: (imageSize / SHRINKS) ** 2,
              width,
              projection: attention.projection,
            }),
      ),
      features(images, scope) {
        let x = images;
        for (const i of [1, 2, 3]) {
          const convolved = conv(scope, x, `conv${i}`, { stride: i === 1 ? 2 : 1 });
          x = relu(batchNorm(scope, convolved, `bn${i}`));
        }
        x = halved(x);
        for (const block of blocks) {
          x = relu(add(residual(scope, x, block), shortcut(scope, x, block)));
          if (block.endOf !== undefined) scope.featureMap(block.endOf, x);
        }
        return attention === undefined
          ? globalAveragePool(x)
          : attentionPool(scope, x, 'attnpool', attention.heads);
      },
    },
    weights,
  );
}

interface Block {
  readonly name: string;
  readonly before: number;
  readonly width: number;
  readonly out: number;
  /** Whether its map is half as wide as its input. */
  readonly halves: boolean;
  readonly projects: boolean;
  readonly endOf: string | undefined;
}

function blocksOf({ stem, stages }: ClipResNetOptions): Block[] {
  let before = stem[2];
  return stages.flatMap(({ blocks, width, out }, stage) =>
    Array.from({ length: blocks }, (_, i): Block => {
      const halves = stage > 0 && i === 0;
      const name = `layer${stage + 1}.${i}`;
      const endOf = i === blocks - 1 ? `stage${stage + 1}` : undefined;
      const block = { name, before, width, out, halves, projects: halves || before !== out, endOf };
      before = out;
      return block;
    }),
  );
}

function stemSpecs({ stem }: ClipResNetOptions): TensorSpec[] {
  return stem.flatMap((channels, i) => [
    ...convSpecs(`conv${i + 1}`, channels, stem[i - 1] ?? 3, 3),
    ...batchNormSpecs(`bn${i + 1}`, channels),
  ]);
}

function blockSpecs({ name, before, width, out, projects }: Block): TensorSpec[] {
  return [
    ...convSpecs(`${name}.conv1`, width, before, 1),
    ...batchNormSpecs(`${name}.bn1`, width),
    ...convSpecs(`${name}.conv2`, width, width, 3),
    ...batchNormSpecs(`${name}.bn2`, width),
    ...convSpecs(`${name}.conv3`, out, width, 1),
    ...batchNormSpecs(`${name}.bn3`, out),
    ...(projects
      ? [...convSpecs(`${name}.downsample.0`, out, before, 1), ...batchNormSpecs(`${name}.downsample.1`, out)]
      : []),
  ];
}

function residual(scope: Scope, x: Value, { name, halves }: Block): Value {
  const layer = (y: Value, i: number) =>
    batchNorm(scope, conv(scope, y, `${name}.conv${i}`), `${name}.bn${i}`);
  const inner = relu(layer(relu(layer(x, 1)), 2));
  return layer(halves ? halved(inner) : inner, 3);
}

function shortcut(scope: Scope, x: Value, { name, halves, projects }: Block): Value {
  if (!projects) return x;
  const convolved = conv(scope, halves ? halved(x) : x, `${name}.downsample.0`);
  return batchNorm(scope, convolved, `${name}.downsample.1`);
}

/** Averages of 2 x 2. */
function halved(x: Value): Value {
  return averagePool(x, {
    kernel: [2, 2],
    strides: [2, 2],
    pads: [0, 0, 0, 0],
    ceil: false,
    countPadding: false,
  });
}
