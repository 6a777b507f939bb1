import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArchitectureConfig } from '../config.js';
import { backboneNamed } from '../registry.js';
import { convNeXtOptions, coversConvNeXt } from './recognise.js';

const timm = (architecture: string, args = {}): ArchitectureConfig => ({
  library: 'timm',
  architecture,
  args,
});
const transformers = (modelType: string, fields = {}): ArchitectureConfig => ({
  library: 'transformers',
  modelType,
  fields,
});

const { parameters } = backboneNamed('convnextv2_atto', { seed: 1 });
const tensors = new Map([...parameters].map(([name, { tensor }]) => [name, tensor]));

for (const name of [
  'convnext_atto_ols',
  'convnext_tiny',
  'convnext_tiny.in12k_ft_in1k',
  'convnext_tiny_hnf',
  'convnext_large_mlp',
  'convnextv2_huge',
])
  test(`${name} is one`, () => assert.ok(coversConvNeXt(timm(name))));

for (const [config, message] of [
  [timm('convnext_atto_rms'), /timm's convnext_atto_rms is not/],
  [timm('test_convnext'), /timm's test_convnext is not/],
  [timm('convnextv2_atto', { output_stride: 16 }), /with output_stride=16 is not/],
  [timm('convnextv2_atto', { norm_layer: 'rmsnorm2d' }), /with norm_layer="rmsnorm2d" is not/],
  [timm('convnextv2_atto', { global_pool: 'max' }), /with global_pool=max is not/],
  [timm('convnextv2_atto', { act_layer: 'mish' }), /the activation mish is not/],
  [transformers('dinov3_convnext'), /transformers' dinov3_convnext is not/],
  [transformers('convnextv2', { hidden_act: 'mish' }), /the activation mish is not/],
] as const)
  test(`a configuration is refused: ${message.source}`, () =>
    assert.throws(() => convNeXtOptions(tensors, config), { code: 'model.architecture', message }));

test('each library has its own epsilons', () => {
  const epsilons = (config: ArchitectureConfig) => {
    const options = convNeXtOptions(tensors, config);
    return [options?.epsilon, options?.head?.epsilon];
  };
  assert.deepEqual(epsilons(timm('convnextv2_atto')), [1e-6, undefined]);
  assert.deepEqual(epsilons(timm('convnext_xxlarge')), [1e-5, undefined]);
  assert.deepEqual(epsilons(timm('convnextv2_atto', { norm_eps: 1e-3 })), [1e-3, undefined]);
  assert.deepEqual(epsilons(transformers('convnextv2')), [undefined, 1e-12]);
  assert.deepEqual(epsilons(transformers('convnext', { layer_norm_eps: 1e-5 })), [undefined, 1e-5]);
});
