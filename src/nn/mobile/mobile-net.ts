import { at } from '../../errors.js';
import { add, hardSigmoid, sigmoid } from '../../graph/ops.js';
import type { Value } from '../../graph/value.js';
import { activations } from '../activations.js';
import { type BackboneWeights, backbone, imagenetPreprocessing } from '../backbone.js';
import { heNormal, zero } from '../initializers.js';
import { batchNorm, conv, globalAveragePool, linear } from '../layers.js';
import type { Network, Scope } from '../network.js';
import { batchNormSpecs, convSpecs, followedBy, type TensorSpec } from '../specs.js';
import { squeezeExcite, squeezeExciteSpecs } from '../squeeze-excite.js';
import { type Block, blocksOf, type Unit } from './blocks.js';
import type { MobileNetOptions } from './options.js';

/**
 * Networks of inverted residuals with timm's tensor names, but `se.fc1` and `se.fc2`: MobileNetV2 (Sandler et al. 2018),
 * MobileNetV3 (Howard et al. 2019) and EfficientNet (Tan and Le 2019).
 */
export function mobileNet(options: MobileNetOptions, weights: BackboneWeights): Network {
  const { name, modelType, stem, head, preprocessing, activation, padding = 'symmetric' } = options;
  const blocks = blocksOf(options);
  const act = activations[activation];
  const normalised = (scope: Scope, x: Value, norm: string) =>
    act(batchNorm(scope, x, norm, options.batchNorm));
  return backbone(
    {
      name,
      modelType,
      featureSize: head.width,
      preprocessing: preprocessing ?? imagenetPreprocessing(224),
      head: ['classifier'],
      groups: followedBy(
        [
          { name: 'stem', specs: [...convSpecs('conv_stem', stem, 3, 3), ...batchNormSpecs('bn1', stem)] },
          ...blocks.map(({ name, units }) => ({ name, specs: units.flatMap(unitSpecs) })),
        ],
        headSpecs(options, at(blocks, blocks.length - 1).out),
      ),
      features(images, scope) {
        let x = normalised(scope, conv(scope, images, 'conv_stem', { stride: 2, padding }), 'bn1');
        for (const block of blocks) {
          const y = residual(scope, x, block, options);
          x = block.shortcut ? add(y, x) : y;
          if (block.endOf !== undefined) scope.featureMap(block.endOf, x);
        }
        return head.kind === 'map'
          ? globalAveragePool(normalised(scope, conv(scope, x, 'conv_head'), 'bn2'))
          : act(linear(scope, globalAveragePool(x), 'conv_head'));
      },
    },
    weights,
  );
}

function unitSpecs({
  conv: kernel,
  norm,
  before,
  out,
  kernel: side,
  depthwise,
  squeeze,
}: Unit): TensorSpec[] {
  return [
    ...convSpecs(kernel, out, depthwise ? 1 : before, side),
    ...batchNormSpecs(norm, out),
    ...(squeeze === undefined ? [] : squeezeExciteSpecs(squeeze.name, out, squeeze.hidden)),
  ];
}

function headSpecs({ head: { kind, width } }: MobileNetOptions, before: number): TensorSpec[] {
  if (kind === 'map') return [...convSpecs('conv_head', width, before, 1), ...batchNormSpecs('bn2', width)];
  return [
    { name: 'conv_head.weight', shape: [width, before, 1, 1], role: 'weight', initial: heNormal },
    { name: 'conv_head.bias', shape: [width], role: 'bias', initial: zero },
  ];
}

const gates = { sigmoid, 'hard-sigmoid': (x: Value) => hardSigmoid(x, 1 / 6, 0.5) } as const;

function residual(scope: Scope, x: Value, { units, activation }: Block, options: MobileNetOptions): Value {
  const { padding = 'symmetric', squeeze = { activation: 'relu', gate: 'sigmoid' } } = options;
  return units.reduce((y, unit) => {
    const { stride, depthwise, out } = unit;
    const z = conv(scope, y, unit.conv, { stride, groups: depthwise ? out : 1, padding });
    const normalised = batchNorm(scope, z, unit.norm, options.batchNorm);
    const activated = unit.activated ? activations[activation](normalised) : normalised;
    return unit.squeeze === undefined
      ? activated
      : squeezeExcite(scope, activated, unit.squeeze.name, {
          activation: squeeze.activation,
          gate: gates[squeeze.gate],
        });
  }, x);
}
