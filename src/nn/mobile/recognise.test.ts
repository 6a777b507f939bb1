import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32 } from '../../graph/tensor.js';
import type { ArchitectureConfig } from '../config.js';
import { layouts } from './layouts.js';
import { mobileNet } from './mobile-net.js';
import type { MobileNetOptions } from './options.js';
import { coversMobileNet, mobileNetOptions } from './recognise.js';

const timm = (architecture: string, args = {}): ArchitectureConfig => ({
  library: 'timm',
  architecture,
  args,
});

/** Of one block in each stage. */
const efficientNet: MobileNetOptions = {
  name: 'small',
  modelType: 'efficientnet',
  stem: 8,
  stages: [3, 3, 5, 3, 5, 5, 3].map((kernel, s) => ({
    stride: s === 0 || s === 4 || s === 6 ? 1 : 2,
    blocks: [{ kind: s === 0 ? 'separable' : 'inverted', kernel, hidden: 8, out: 8, squeeze: 2 }],
  })),
  head: { kind: 'map', width: 16 },
  activation: 'silu',
};
const network = mobileNet(efficientNet, { seed: 1 });
const tensors = new Map([
  ...[...network.parameters].map(([name, { tensor }]) => [name, tensor] as const),
  ...network.buffers,
]);

test('no two layouts look alike', () => {
  const looks = layouts.map(({ stages, squeezed, head }) => `${stages} ${squeezed} ${head}`);
  assert.equal(new Set(looks).size, looks.length);
});

test('strides, activations and squeeze-and-excitation come from the layout', () => {
  const options = mobileNetOptions(tensors, undefined);
  assert.deepEqual(
    options?.stages.map(({ stride }) => stride),
    [1, 2, 2, 2, 1, 2, 1],
  );
  assert.equal(options?.activation, 'silu');
  assert.deepEqual(options?.squeeze, { activation: 'silu', gate: 'sigmoid' });
});

test('other kernels are another network', () => {
  const other = new Map(tensors).set(
    'blocks.3.0.conv_dw.weight',
    float32([8, 1, 7, 7], new Float32Array(392)),
  );
  assert.equal(mobileNetOptions(other, undefined), undefined);
});

for (const name of [
  'mobilenetv2_100',
  'mobilenetv2_110d',
  'mobilenetv3_large_100.ra_in1k',
  'tf_mobilenetv3_small_minimal_100',
  'efficientnet_b0',
  'tf_efficientnet_b7',
  'tf_efficientnet_lite0',
])
  test(`${name} is one`, () => assert.ok(coversMobileNet(timm(name))));

for (const [config, message] of [
  [timm('efficientnet_b0_gn'), /timm's efficientnet_b0_gn is not/],
  [timm('efficientnet_b1_pruned'), /timm's efficientnet_b1_pruned is not/],
  [timm('efficientnetv2_s'), /timm's efficientnetv2_s is not/],
  [timm('mnasnet_100'), /timm's mnasnet_100 is not/],
  [timm('mobilenetv3_rw'), /timm's mobilenetv3_rw is not/],
  [timm('mobilenetv4_conv_small'), /timm's mobilenetv4_conv_small is not/],
  [timm('efficientnet_b0', { act_layer: 'relu' }), /with act_layer="relu" is not/],
  [timm('efficientnet_b0', { pad_type: 'circular' }), /with pad_type=circular is not/],
  [timm('efficientnet_b0', { global_pool: 'max' }), /with global_pool=max is not/],
  [{ library: 'transformers', modelType: 'efficientnet', fields: {} }, /transformers' efficientnet is not/],
] as const)
  test(`a configuration is refused: ${message.source}`, () =>
    assert.throws(() => mobileNetOptions(tensors, config), { code: 'model.architecture', message }));

test('each library pads and normalises in its own way', () => {
  const hidden = (config: ArchitectureConfig) => {
    const options = mobileNetOptions(tensors, config);
    return [options?.padding, options?.batchNorm];
  };
  assert.deepEqual(hidden(timm('efficientnet_b0')), ['symmetric', { epsilon: 1e-5 }]);
  assert.deepEqual(hidden(timm('tf_efficientnet_b0')), ['same', { epsilon: 1e-3 }]);
  assert.deepEqual(hidden(timm('efficientnet_b0', { pad_type: 'same', bn_eps: 0.01, bn_momentum: 0.5 })), [
    'same',
    { epsilon: 0.01, momentum: 0.5 },
  ]);
});

test('what transformers computes otherwise is refused', () => {
  const naming = { library: 'transformers', marker: 'x', body: [], head: [] };
  const stages = efficientNet.stages.map((stage, s) => ({
    ...stage,
    blocks: stage.blocks.map((block) => ({ ...block, out: 10 + s })),
  }));
  const widening = mobileNet({ ...efficientNet, stages }, { seed: 1 });
  const wider = new Map([
    ...[...widening.parameters].map(([name, { tensor }]) => [name, tensor] as const),
    ...widening.buffers,
  ]);
  const options = (fields: Readonly<Record<string, unknown>>) =>
    mobileNetOptions(wider, { library: 'transformers', modelType: 'efficientnet', fields }, naming);
  // At 240 pixels, the block 5 gets maps of 15.
  assert.equal(options({ image_size: 240, depthwise_padding: [5] })?.padding, 'same');
  for (const [fields, message] of [
    [{ image_size: 240, depthwise_padding: [] }, /depthwise_padding/],
    [{ image_size: 225 }, /depthwise_padding/],
    [{ hidden_act: 'relu' }, /hidden_act/],
    [{ strides: [1, 2, 2, 2, 2, 2, 1] }, /strides/],
    [{ pooling_type: 'max' }, /pooling_type/],
  ] as const)
    assert.throws(() => options(fields), { code: 'model.architecture', message }, JSON.stringify(fields));
  const config = { library: 'transformers', modelType: 'efficientnet', fields: {} } as const;
  assert.throws(() => mobileNetOptions(tensors, config, naming), { message: /this width/ });
});
