import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ClassifierWeight, classifierFile } from '../../test/helpers/classifier-file.js';
import { classify, int64Tensor, onnxFile } from '../../test/helpers/onnx-fixtures.js';
import { writeSafetensors } from '../files/safetensors.js';
import { float32, type Tensor, zeros } from '../graph/tensor.js';
import { cifarResNet } from '../nn/cifar-resnet.js';
import { importOnnx } from './onnx-import.js';
import { openModel } from './open.js';

const options = { name: 'tiny.onnx' };

test('a classifier as exporters write it is imported', () => {
  assert.equal(importOnnx(classifierFile(), options).featureSize, 6);
});

const refused: readonly (readonly [ClassifierWeight, Tensor, string, RegExp])[] = [
  ['conv.w', zeros('float32', [4, 3, 3]), 'model.invalid-node', /Conv "Conv0" has a weight of \[4,3,3\]/],
  [
    'conv.w',
    zeros('float32', [4, 2, 3, 3]),
    'model.invalid-node',
    /kernels \[4,2,3,3\] in 1 groups to \[2,3,8,8\]/,
  ],
  [
    'conv.w',
    zeros('int32', [4, 3, 3, 3]),
    'model.invalid-node',
    /int32 \[4,3,3,3\] as its weight, not float32/,
  ],
  ['conv.b', zeros('float32', [1, 4]), 'model.invalid-node', /float32 \[1,4\] as its bias, not \[4\]/],
  ['conv.b', zeros('float32', [5]), 'model.invalid-node', /float32 \[5\] as its bias, not \[4\]/],
  ['conv.b', int64Tensor([1, 2, 3, 4]), 'model.invalid-node', /int64 \[4\] as its bias, not float32 \[4\]/],
  ['bn.s', zeros('float32', [4, 1]), 'model.invalid-node', /float32 \[4,1\] as its scale, not \[4\]/],
  ['bn.b', zeros('float32', [1]), 'model.invalid-node', /float32 \[1\] as its bias, not \[4\]/],
  ['bn.m', zeros('float32', []), 'model.invalid-node', /float32 \[\] as its mean, not \[4\]/],
  ['bn.v', int64Tensor([1, 1, 1, 1]), 'model.invalid-node', /int64 \[4\] as its variance, not float32/],
  [
    'bn.v',
    float32([4], [1, -0.5, 1, 1]),
    'model.negative-variance',
    /tiny\.onnx: the running variance bn\.v has the element -0\.5/,
  ],
  [
    'hidden.b',
    zeros('float32', [3, 2, 6]),
    'model.invalid-node',
    /float32 \[3,2,6\] as its bias, for \[2,6\]/,
  ],
  ['hidden.b', zeros('float32', [4]), 'model.invalid-node', /float32 \[4\] as its bias, for \[2,6\]/],
  [
    'hidden.w',
    float32([4, 6], new Float32Array(24).fill(Number.NaN)),
    'model.not-finite',
    /tiny\.onnx: the weight hidden\.w has the element NaN/,
  ],
  [
    'bn.m',
    float32([4], [1, 2, Number.NEGATIVE_INFINITY, 1]),
    'model.not-finite',
    /the weight bn\.m has the element -Infinity/,
  ],
];

for (const [name, tensor, code, message] of refused)
  test(`${tensor.dtype} [${tensor.shape}] as ${name} is refused: ${code}`, () => {
    const bytes = classifierFile({ weights: { [name]: tensor } });
    assert.throws(() => importOnnx(bytes, options), { name: 'AdarandError', code, message });
  });

test('so are wrong tensors of a safetensors file', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'adarand-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'model.safetensors');
  const { parameters, buffers } = cifarResNet(8, { seed: 1 });
  const sound = new Map<string, Tensor>([
    ...[...parameters].map(([name, { tensor }]) => [name, tensor] as const),
    ...buffers,
    ['linear.weight', zeros('float32', [7, 64])],
    ['linear.bias', zeros('float32', [7])],
  ]);
  const rejects = async (name: string, tensor: Tensor, code: string, message: RegExp) => {
    await writeSafetensors(file, new Map([...sound, [name, tensor]]));
    await assert.rejects(openModel(file), { name: 'AdarandError', code, message });
  };
  const negative = float32([16], new Float32Array(16).fill(-2));
  await rejects(
    'bn1.running_var',
    negative,
    'model.negative-variance',
    /bn1\.running_var has the element -2/,
  );
  const infinite = float32([16], new Float32Array(16).fill(Number.POSITIVE_INFINITY));
  await rejects(
    'bn1.running_mean',
    infinite,
    'model.not-finite',
    /bn1\.running_mean has the element Infinity/,
  );
  const head = /has 64 features; the classifier linear has a weight \[\] and a bias \[7\]/;
  await rejects('linear.weight', float32([], [1]), 'model.tensor-shape', head);
  const bias = /has int32 numbers in linear\.bias/;
  await rejects('linear.bias', zeros('int32', [7]), 'model.tensor-type', bias);
});

test('weights get other names where a run has something of that name, for whatever optimizer', async () => {
  const names = {
    'conv.w': 'a',
    'conv.b': 'a:velocity',
    'bn.s': 'a:mean',
    'bn.b': 'a:collected',
    'bn.m': 'pretrained:a',
    'bn.v': '~0',
    'hidden.w': '__proto__',
    'hidden.b': 'labels\0',
  };
  const network = importOnnx(classifierFile({ names }), options);
  assert.deepEqual(
    [...network.parameters.keys()],
    [
      'a',
      'weights.a:velocity_',
      'weights.a:mean_',
      'weights.a:collected_',
      'weights.__proto__',
      'weights.labels_',
    ],
  );
  assert.deepEqual([...network.buffers.keys()], ['weights.pretrained:a', 'weights.~0']);
  const images = float32([2, 3, 8, 8], new Float32Array(384).fill(0.5));
  const plain = await classify(importOnnx(classifierFile(), options), images);
  assert.deepEqual((await classify(network, images)).logits, plain.logits);
});

test('a padding that no network has is refused before anything is computed', () => {
  const pads = (n: number) => () => importOnnx(classifierFile({ pads: [n, 1, 1, 1] }), options);
  pads(16)();
  assert.throws(pads(1_000_000), {
    code: 'model.invalid-node',
    message: 'tiny.onnx: Conv "Conv0" pads maps of [8,8] by [1000000,1,1,1]',
  });
});

test('numbers that do not depend on the images are computed up to a limit', () => {
  const file = (side: number) =>
    onnxFile({
      nodes: [
        { type: 'ConstantOfShape', inputs: ['shape'], outputs: ['zeros'] },
        { type: 'MatMul', inputs: ['zeros', 'zeros'], outputs: ['product'] },
        { type: 'ReduceSum', inputs: ['product'], outputs: ['sum'], attributes: { keepdims: 0 } },
        { type: 'Add', inputs: ['x', 'sum'], outputs: ['f'] },
        { type: 'GlobalAveragePool', inputs: ['f'], outputs: ['p'] },
        { type: 'Flatten', inputs: ['p'], outputs: ['g'] },
        { type: 'Gemm', inputs: ['g', 'w'], outputs: ['z'] },
      ],
      initializers: { shape: int64Tensor([side, side]), w: zeros('float32', [3, 5]) },
      inputs: { x: ['batch', 3, 8, 8] },
      outputs: ['z'],
    });
  assert.equal(importOnnx(file(100), options).featureSize, 3);
  // Before it is computed: the product would take minutes.
  assert.throws(() => importOnnx(file(4000), options), {
    code: 'model.constants',
    message: /^tiny\.onnx computes more than 33554432 numbers that do not depend on its images$/,
  });
});
