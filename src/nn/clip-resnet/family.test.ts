import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Tensor, zeros } from '../../graph/tensor.js';
import { networkOf } from '../../models/detect.js';
import { clipResNet } from './clip-resnet.js';

const small = clipResNet(
  {
    name: 'small',
    imageSize: 64,
    stem: [4, 4, 8],
    stages: [8, 8, 16, 32].map((width) => ({ blocks: 1, width, out: 4 * width })),
    attention: { heads: 2, projection: 10 },
  },
  { seed: 1 },
);

const file = new Map<string, Tensor>([
  ...[...small.parameters].map(([name, { tensor }]) => [`visual.${name}`, tensor] as const),
  ...[...small.buffers].map(([name, tensor]) => [`visual.${name}`, tensor] as const),
  ['transformer.resblocks.0.ln_1.weight', zeros('float32', [3])],
  ['positional_embedding', zeros('float32', [3, 3])],
  ['token_embedding.weight', zeros('float32', [3, 3])],
  ['logit_scale', zeros('float32', [])],
  ['input_resolution', zeros('int64', [])],
]);

test('the image tower of a whole CLIP is opened, and the text tower is named', () => {
  const network = networkOf(file, 'file');
  assert.equal(network.name, 'clip-resnet14');
  assert.equal(network.featureSize, 10);
  assert.deepEqual([...network.parameters.keys()], [...small.parameters.keys()]);
  const { imageSize, resizeSize, mean } = network.preprocessing;
  assert.deepEqual([imageSize, resizeSize, mean[0]], [64, 64, 0.48145466]);
  const notes = network.notes?.join('\n') ?? '';
  assert.match(notes, /CLIP's text tower \(4 tensors\), sizes in numbers \(1 tensors\)/);
});

test('its image sizes are multiples of 32', () => {
  const network = networkOf(file, 'file', { imageSize: 96 });
  assert.deepEqual(network.parameters.get('attnpool.positional_embedding')?.tensor.shape, [10, 128]);
  assert.throws(() => networkOf(file, 'file', { imageSize: 80 }), {
    code: 'model.image-size',
    hint: /such as 96/,
  });
});

test('a configuration of another network is refused', () => {
  const config = { library: 'timm', architecture: 'resnet50_mlp', args: {} } as const;
  assert.throws(() => networkOf(file, 'file', { config }), { code: 'model.architecture' });
});
