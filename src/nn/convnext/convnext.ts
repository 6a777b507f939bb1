import { at } from '../../errors.js';
import { add, mul, transpose } from '../../graph/ops.js';
import type { Value } from '../../graph/value.js';
import { activations } from '../activations.js';
import { type BackboneWeights, backbone, imagenetPreprocessing } from '../backbone.js';
import { globalResponseNorm, globalResponseNormSpecs } from '../global-response-norm.js';
import { truncatedNormal, zero } from '../initializers.js';
import { channelNorm, conv, globalAveragePool, layerNorm, linear } from '../layers.js';
import type { Network, Scope } from '../network.js';
import { followedBy, layerNormSpecs, linearSpecs, type SpecGroup, type TensorSpec } from '../specs.js';
import type { ConvNeXtOptions } from './options.js';

/** ConvNeXt (Liu et al. 2022) and ConvNeXt V2 (Woo et al. 2023) with timm's tensor names. */
export function convNeXt(options: ConvNeXtOptions, weights: BackboneWeights): Network {
  const { name, preprocessing, stages, responseNorm = false, epsilon, head = {} } = options;
  return backbone(
    {
      name,
      modelType: responseNorm ? 'convnextv2' : 'convnext',
      featureSize: head.hidden ?? lastWidth(options),
      preprocessing: preprocessing ?? imagenetPreprocessing(224),
      head: ['head.fc'],
      groups: groupsOf(options),
      features(images, scope) {
        let x = stemOf(scope, images, options);
        for (const [s, { blocks, width }] of stages.entries()) {
          if (s > 0) {
            const before = channelNorm(scope, x, `stages.${s}.downsample.0`, epsilon);
            const halving = { stride: 2, padding: 'none', bias: true } as const;
            x = conv(scope, before, `stages.${s}.downsample.1`, halving);
          }
          for (let i = 0; i < blocks; i++)
            x = add(residual(scope, x, `stages.${s}.blocks.${i}`, width, options), x);
          scope.featureMap(`stage${s + 1}`, x);
        }
        return headOf(scope, x, options);
      },
    },
    weights,
  );
}

const lastWidth = ({ stages }: ConvNeXtOptions) => at(stages, stages.length - 1).width;

/** Kernel [out,perGroup,k,k] and bias. */
function convSpecs(name: string, out: number, perGroup: number, kernel: number): TensorSpec[] {
  const shape = [out, perGroup, kernel, kernel];
  return [
    { name: `${name}.weight`, shape, role: 'weight', initial: truncatedNormal(0.02) },
    { name: `${name}.bias`, shape: [out], role: 'bias', initial: zero },
  ];
}

/** What halves a map between two stages belongs to the block that follows. */
function groupsOf(options: ConvNeXtOptions): SpecGroup[] {
  const { stages } = options;
  const blocksOf = stages.flatMap(({ blocks, width, kernel = 7 }, s) =>
    Array.from({ length: blocks }, (_, i): SpecGroup => {
      const name = `stages.${s}.blocks.${i}`;
      const halves = s > 0 && i === 0;
      return {
        name,
        specs: [
          ...(halves ? downsampleSpecs(`stages.${s}.downsample`, at(stages, s - 1).width, width) : []),
          ...blockSpecs(name, width, kernel, options),
        ],
      };
    }),
  );
  return followedBy([{ name: 'stem', specs: stemSpecs(options) }, ...blocksOf], headSpecs(options));
}

function downsampleSpecs(name: string, before: number, width: number): TensorSpec[] {
  return [...layerNormSpecs(`${name}.0`, before), ...convSpecs(`${name}.1`, width, before, 2)];
}

function stemSpecs({ stem, stages }: ConvNeXtOptions): TensorSpec[] {
  const { width } = at(stages, 0);
  if (stem.kind === 'patch')
    return [...convSpecs('stem.0', width, 3, stem.patch), ...layerNormSpecs('stem.1', width)];
  return [
    ...convSpecs('stem.0', stem.middle, 3, 3),
    ...convSpecs('stem.1', width, stem.middle, 3),
    ...layerNormSpecs('stem.2', width),
  ];
}

function stemOf(scope: Scope, images: Value, { stem, epsilon }: ConvNeXtOptions): Value {
  if (stem.kind === 'patch') {
    const patches = conv(scope, images, 'stem.0', { stride: stem.patch, padding: 'none', bias: true });
    return channelNorm(scope, patches, 'stem.1', epsilon);
  }
  const halved = conv(scope, images, 'stem.0', { stride: 2, bias: true });
  return channelNorm(scope, conv(scope, halved, 'stem.1', { stride: 2, bias: true }), 'stem.2', epsilon);
}

function blockSpecs(block: string, width: number, kernel: number, options: ConvNeXtOptions): TensorSpec[] {
  const { expansion = 4, convolutional = false, responseNorm = false } = options;
  const hidden = Math.floor(expansion * width);
  const layer = (name: string, out: number, into: number) =>
    convolutional ? convSpecs(name, out, into, 1) : linearSpecs(name, out, into);
  return [
    ...convSpecs(`${block}.conv_dw`, width, 1, kernel),
    ...layerNormSpecs(`${block}.norm`, width),
    ...layer(`${block}.mlp.fc1`, hidden, width),
    ...(responseNorm ? globalResponseNormSpecs(`${block}.mlp.grn`, hidden) : []),
    ...layer(`${block}.mlp.fc2`, width, hidden),
    ...(hasLayerScale(options) ? [layerScaleSpec(`${block}.gamma`, width)] : []),
  ];
}

const hasLayerScale = ({ responseNorm = false, layerScale = !responseNorm }: ConvNeXtOptions) => layerScale;

function layerScaleSpec(name: string, width: number): TensorSpec {
  return { name, shape: [width], role: 'norm', initial: () => new Float32Array(width).fill(1e-6) };
}

/** What a block adds to x [N,C,H,W]. Its linear layers see the channels last. */
function residual(scope: Scope, x: Value, block: string, width: number, options: ConvNeXtOptions): Value {
  const { activation = 'gelu', responseNorm = false, epsilon } = options;
  const spread = conv(scope, x, `${block}.conv_dw`, { groups: width, bias: true });
  let y = layerNorm(scope, transpose(spread, [0, 2, 3, 1]), `${block}.norm`, epsilon);
  y = activations[activation](linear(scope, y, `${block}.mlp.fc1`));
  if (responseNorm) y = globalResponseNorm(scope, y, `${block}.mlp.grn`);
  y = linear(scope, y, `${block}.mlp.fc2`);
  if (hasLayerScale(options)) y = mul(y, scope.parameter(`${block}.gamma`));
  return transpose(y, [0, 3, 1, 2]);
}

const finalNorm = ({ head: { norm = 'pooled' } = {} }: ConvNeXtOptions) =>
  norm === 'map' ? 'norm_pre' : 'head.norm';

function headSpecs(options: ConvNeXtOptions): TensorSpec[] {
  const [width, hidden] = [lastWidth(options), options.head?.hidden];
  return [
    ...layerNormSpecs(finalNorm(options), width),
    ...(hidden === undefined ? [] : linearSpecs('head.pre_logits.fc', hidden, width)),
  ];
}

/** [N,d] features of the last map. */
function headOf(scope: Scope, x: Value, options: ConvNeXtOptions): Value {
  const { head: { norm = 'pooled', hidden, epsilon = options.epsilon } = {} } = options;
  if (norm === 'map') return globalAveragePool(channelNorm(scope, x, finalNorm(options), epsilon));
  const pooled = layerNorm(scope, globalAveragePool(x), finalNorm(options), epsilon);
  return hidden === undefined ? pooled : activations.gelu(linear(scope, pooled, 'head.pre_logits.fc'));
}
