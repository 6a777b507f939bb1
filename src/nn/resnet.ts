import { add } from '../graph/operators/add.js';
import { maxPool } from '../graph/operators/max-pool.js';
import { sameShape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { activations } from './activations.js';
import { type BackboneWeights, backbone, imagenetPreprocessing } from './backbone.js';
import { countBlocks } from './count-blocks.js';
import type { BackboneFamily } from './family.js';
import { batchNorm, conv, globalAveragePool } from './layers.js';
import type { Network, Scope } from './network.js';
import { batchNormSpecs, convSpecs, type TensorSpec } from './specs.js';

const depths = [18, 34, 50, 101, 152] as const;
export type ResNetDepth = (typeof depths)[number];

/** Blocks in each stage; bottleneck blocks have a 1x1, a 3x3 and a 1x1 convolution, basic ones two 3x3. */
const layouts: Readonly<
  Record<ResNetDepth, { readonly blocks: readonly number[]; readonly bottleneck: boolean }>
> = {
  18: { blocks: [2, 2, 2, 2], bottleneck: false },
  34: { blocks: [3, 4, 6, 3], bottleneck: false },
  50: { blocks: [3, 4, 6, 3], bottleneck: true },
  101: { blocks: [3, 4, 23, 3], bottleneck: true },
  152: { blocks: [3, 8, 36, 3], bottleneck: true },
};

/** He et al. 2015 as torchvision has it (tensor names, and the stride in a bottleneck's 3x3 convolution). */
export function resNet(depth: ResNetDepth, weights: BackboneWeights): Network {
  const { bottleneck } = layouts[depth];
  const blocks = blocksOf(depth);
  const act = activations.relu;
  return backbone(
    {
      name: `resnet${depth}`,
      modelType: 'resnet',
      featureSize: bottleneck ? 2048 : 512,
      preprocessing: imagenetPreprocessing(224),
      head: 'fc',
      specs: [...convSpecs('conv1', 64, 3, 7), ...batchNormSpecs('bn1', 64), ...blocks.flatMap(blockSpecs)],
      features(images, scope) {
        const stem = act(batchNorm(scope, conv(scope, images, 'conv1', { stride: 2 }), 'bn1'));
        let x = maxPool(stem, { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil: false });
        for (const block of blocks) {
          x = act(add(residual(scope, x, block, act), shortcut(scope, x, block)));
          if (block.endOf !== undefined) scope.featureMap(block.endOf, x);
        }
        return globalAveragePool(x);
      },
    },
    weights,
  );
}

/** Torchvision's names: four stages whose numbers of blocks, and whose kind of block, tell the depth. */
export const resNets = {
  recognise(tensors) {
    const blocks = [1, 2, 3, 4].map((stage) => countBlocks(tensors, `layer${stage}`));
    const bottleneck = tensors.has('layer1.0.conv3.weight');
    const depth = depths.find(
      (candidate) =>
        layouts[candidate].bottleneck === bottleneck && sameShape(layouts[candidate].blocks, blocks),
    );
    return depth === undefined ? undefined : (weights) => resNet(depth, weights);
  },
  sizes: {
    resnet18: (weights) => resNet(18, weights),
    resnet34: (weights) => resNet(34, weights),
    resnet50: (weights) => resNet(50, weights),
  },
} satisfies BackboneFamily;

interface Block {
  readonly name: string;
  readonly before: number;
  readonly out: number;
  readonly layers: readonly Layer[];
  readonly stride: number;
  /** The stage that this block ends. */
  readonly endOf: string | undefined;
}

/** One convolution of a block, followed by BatchNorm. */
interface Layer {
  readonly before: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
}

function blocksOf(depth: ResNetDepth): Block[] {
  const { blocks, bottleneck } = layouts[depth];
  const expansion = bottleneck ? 4 : 1;
  let before = 64;
  return blocks.flatMap((count, stage) =>
    Array.from({ length: count }, (_, i) => {
      const width = 64 * 2 ** stage;
      const out = width * expansion;
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const layers: Layer[] = bottleneck
        ? [
            { before, out: width, kernel: 1, stride: 1 },
            { before: width, out: width, kernel: 3, stride },
            { before: width, out, kernel: 1, stride: 1 },
          ]
        : [
            { before, out: width, kernel: 3, stride },
            { before: width, out, kernel: 3, stride: 1 },
          ];
      const endOf = i === count - 1 ? `stage${stage + 1}` : undefined;
      const block = { name: `layer${stage + 1}.${i}`, before, out, layers, stride, endOf };
      before = out;
      return block;
    }),
  );
}

function blockSpecs(block: Block): TensorSpec[] {
  const { name, before, out, layers } = block;
  return [
    ...layers.flatMap((layer, i) => [
      ...convSpecs(`${name}.conv${i + 1}`, layer.out, layer.before, layer.kernel),
      ...batchNormSpecs(`${name}.bn${i + 1}`, layer.out),
    ]),
    ...(projects(block)
      ? [...convSpecs(`${name}.downsample.0`, out, before, 1), ...batchNormSpecs(`${name}.downsample.1`, out)]
      : []),
  ];
}

function residual(scope: Scope, x: Value, { name, layers }: Block, act: (x: Value) => Value): Value {
  return layers.reduce((y, { stride }, i) => {
    const z = batchNorm(scope, conv(scope, y, `${name}.conv${i + 1}`, { stride }), `${name}.bn${i + 1}`);
    return i === layers.length - 1 ? z : act(z);
  }, x);
}

function shortcut(scope: Scope, x: Value, block: Block): Value {
  const { name, stride } = block;
  if (!projects(block)) return x;
  return batchNorm(scope, conv(scope, x, `${name}.downsample.0`, { stride }), `${name}.downsample.1`);
}

function projects({ before, out, stride }: Block): boolean {
  return stride !== 1 || before !== out;
}
