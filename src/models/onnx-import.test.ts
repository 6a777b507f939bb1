import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tensorOf } from '../../test/helpers/lcg.js';
import { classify, difference, type OnnxFileNode, onnxFile } from '../../test/helpers/onnx-fixtures.js';
import { AdarandError, at } from '../errors.js';
import { float32, type Shape, type Tensor } from '../graph/tensor.js';
import { input } from '../graph/value.js';
import { recordingScope } from '../nn/scope.js';
import { nodeDriver } from '../runtime/node.js';
import { importOnnx } from './onnx-import.js';

const random = (seed: number, shape: Shape) => tensorOf({ shape, seed, scale: 0.5, offset: 0.1 });
const preprocessing = { imageSize: 8, resizeSize: 9, mean: [0, 0, 0], std: [1, 1, 1] } as const;
const options = { name: 'tiny.onnx', preprocessing };

/** A network in the style of old exports: its own normalisation of the input, weights among the inputs. */
const nodes: readonly OnnxFileNode[] = [
  { type: 'Sub', inputs: ['x', 'mean'], outputs: ['centred'] },
  {
    type: 'Conv',
    inputs: ['centred', 'conv.w', 'conv.b'],
    outputs: ['c'],
    attributes: { pads: [1, 1, 1, 1] },
  },
  { type: 'BatchNormalization', inputs: ['c', 'bn.s', 'bn.b', 'bn.m', 'bn.v'], outputs: ['n'] },
  { type: 'Mul', inputs: ['n', 'half'], outputs: ['m'] },
  { type: 'Add', inputs: ['m', 'shift'], outputs: ['a'] },
  { type: 'Clip', inputs: ['a', '', 'six'], outputs: ['r'] },
  { type: 'GlobalAveragePool', inputs: ['r'], outputs: ['p'] },
  { type: 'Flatten', inputs: ['p'], outputs: ['f'] },
];
const initializers = {
  mean: random(1, [1, 3, 1, 1]),
  'conv.w': random(2, [4, 3, 3, 3]),
  'conv.b': random(3, [4]),
  'bn.s': random(4, [4]),
  'bn.b': random(5, [4]),
  'bn.m': random(6, [4]),
  'bn.v': float32([4], [0.5, 1, 2, 1]),
  half: float32([], [0.5]),
  shift: random(7, [4, 1, 1]),
  six: float32([], [6]),
  'fc.w': random(8, [4, 5]),
  'fc.wt': random(8, [5, 4]),
  'fc.b': random(9, [5]),
};
const inputs = { x: ['batch', 3, 'height', 'width'], 'conv.b': [4] };
const gemm: OnnxFileNode = { type: 'Gemm', inputs: ['f', 'fc.w', 'fc.b'], outputs: ['z'] };
const tiny = (tail: readonly OnnxFileNode[], output: string, more: Record<string, Tensor> = {}) =>
  onnxFile({
    nodes: [...nodes, ...tail],
    initializers: { ...initializers, ...more },
    inputs,
    outputs: [output],
  });

test('weights, constants and kinds of weights are recognised', () => {
  const network = importOnnx(tiny([gemm], 'z'), options);
  const kinds = [...network.parameters].map(([name, { kind }]) => `${name}: ${kind}`);
  assert.deepEqual(kinds, ['conv.w: weight', 'conv.b: bias', 'bn.s: norm', 'bn.b: norm', 'shift: bias']);
  assert.deepEqual([...network.buffers.keys()], ['bn.m', 'bn.v']);
  assert.equal(network.featureSize, 4);
});

const softmax: OnnxFileNode = { type: 'Softmax', inputs: ['z'], outputs: ['probabilities'] };
const conv1 = random(8, [5, 4, 1, 1]);
const heads: readonly (readonly [string, Uint8Array])[] = [
  ['Gemm', tiny([gemm], 'z')],
  ['Gemm and Softmax', tiny([gemm, softmax], 'probabilities')],
  [
    'Gemm with a transposed weight',
    tiny([{ ...gemm, inputs: ['f', 'fc.wt', 'fc.b'], attributes: { transB: 1 } }], 'z'),
  ],
  [
    'MatMul and Add',
    tiny(
      [
        { type: 'MatMul', inputs: ['f', 'fc.w'], outputs: ['product'] },
        { type: 'Add', inputs: ['fc.b', 'product'], outputs: ['z'] },
      ],
      'z',
    ),
  ],
  ['MatMul', tiny([{ type: 'MatMul', inputs: ['f', 'fc.w'], outputs: ['z'] }], 'z')],
  [
    'a 1x1 convolution after pooling',
    tiny(
      [
        { type: 'Conv', inputs: ['p', 'k', 'fc.b'], outputs: ['maps'] },
        { type: 'Flatten', inputs: ['maps'], outputs: ['z'] },
      ],
      'z',
      { k: conv1 },
    ),
  ],
  [
    'a 1x1 convolution before pooling',
    tiny(
      [
        { type: 'Conv', inputs: ['r', 'k', 'fc.b'], outputs: ['maps'] },
        { type: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
        { type: 'Flatten', inputs: ['pooled'], outputs: ['z'] },
      ],
      'z',
      { k: conv1 },
    ),
  ],
];

for (const [name, bytes] of heads)
  test(`the head ${name} gives the file's own logits`, async () => {
    const network = importOnnx(bytes, options);
    for (const size of [8, 11]) {
      const images = random(20, [3, 3, size, size]);
      const { logits } = await classify(network, images);
      const session = await nodeDriver.createSession(bytes, { device: 'cpu', threads: 1 });
      const output = at(session.outputNames, 0);
      const result = float32([3, 5], new Float32Array(15));
      await session.run(new Map([['x', images]]), new Map([[output, result]]));
      await session.release();
      const actual = output === 'probabilities' ? softmaxRows(logits, 5) : logits;
      assert.ok(difference(actual, result.data) < 1e-5, `${size}: ${difference(actual, result.data)}`);
    }
  });

test('BatchNorm of an imported network can be trained: batch statistics, running ones updated', () => {
  const network = importOnnx(tiny([gemm], 'z'), options);
  const scope = recordingScope(network, { training: true });
  network.features(input('images', { dtype: 'float32', shape: [2, 3, 8, 8] }), scope);
  assert.deepEqual([...scope.bufferUpdates.keys()], ['bn.m', 'bn.v']);
  assert.deepEqual([...scope.featureMaps.keys()], ['stage1']);
});

test('what a BatchNorm stores behind an Identity is its own, and can be trained', () => {
  const shared: readonly OnnxFileNode[] = [
    ...['bn2.s', 'bn2.b', 'bn2.m', 'bn2.v'].map((name) => ({
      type: 'Identity',
      inputs: [name.replace('bn2', 'bn')],
      outputs: [name],
    })),
    { type: 'BatchNormalization', inputs: ['p', 'bn2.s', 'bn2.b', 'bn2.m', 'bn2.v'], outputs: ['q'] },
    { type: 'Flatten', inputs: ['q'], outputs: ['g'] },
  ];
  const network = importOnnx(tiny([...shared, { ...gemm, inputs: ['g', 'fc.w', 'fc.b'] }], 'z'), options);
  const scope = recordingScope(network, { training: true });
  network.features(input('images', { dtype: 'float32', shape: [2, 3, 8, 8] }), scope);
  assert.deepEqual([...scope.bufferUpdates.keys()], ['bn.m', 'bn.v', 'bn2.m', 'bn2.v']);
  assert.ok(network.parameters.has('bn2.s') && network.parameters.has('bn2.b'));
});

test('weights that are called like something else in a run get other names, and the logits stay', async () => {
  const names = new Map([
    ['conv.w', 'pixels'],
    ['conv.b', 'labels'],
    ['bn.s', 'head.weight'],
    ['bn.m', 'loss'],
    ['shift', 'optimizer.learning_rate'],
    ['fc.w', 'logits'],
  ]);
  const rename = (name: string) => names.get(name) ?? name;
  const file = onnxFile({
    nodes: [...nodes, gemm].map((node) => ({ ...node, inputs: node.inputs.map(rename) })),
    initializers: Object.fromEntries(
      Object.entries(initializers).map(([name, tensor]) => [rename(name), tensor]),
    ),
    inputs: { x: ['batch', 3, 'height', 'width'] },
    outputs: ['z'],
  });
  const network = importOnnx(file, options);
  assert.deepEqual(
    [...network.parameters.keys()],
    ['weights.pixels', 'weights.labels', 'weights.head.weight', 'bn.b', 'weights.optimizer.learning_rate'],
  );
  assert.deepEqual([...network.buffers.keys()], ['weights.loss', 'bn.v']);
  const images = random(20, [2, 3, 8, 8]);
  const expected = await classify(importOnnx(tiny([gemm], 'z'), options), images);
  assert.deepEqual((await classify(network, images)).logits, expected.logits);
});

test('a file for one image of [1,H,W,3] takes any number of [3,H,W]', async () => {
  const bytes = onnxFile({
    nodes: [
      { type: 'Transpose', inputs: ['x'], outputs: ['t'], attributes: { perm: [0, 3, 1, 2] } },
      { type: 'Conv', inputs: ['t', 'conv.w'], outputs: ['c'] },
      { type: 'Relu', inputs: ['c'], outputs: ['r'] },
      { type: 'Reshape', inputs: ['r', 'flat'], outputs: ['f'] },
      { type: 'Gemm', inputs: ['f', 'w'], outputs: ['z'] },
    ],
    initializers: {
      'conv.w': initializers['conv.w'],
      flat: { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, -1n) },
      w: random(8, [16, 5]),
    },
    inputs: { x: [1, 4, 4, 3] },
    outputs: ['z'],
  });
  const network = importOnnx(bytes, { name: 'tiny.onnx' });
  assert.equal(network.preprocessing.imageSize, 4);
  const images = random(3, [2, 3, 4, 4]);
  const { logits } = await classify(network, images);
  const session = await nodeDriver.createSession(bytes, { device: 'cpu', threads: 1 });
  for (const image of [0, 1]) {
    const channelsLast = new Float32Array(48).map((_, i) =>
      at(images.data, image * 48 + (i % 3) * 16 + Math.floor(i / 3)),
    );
    const result = float32([1, 5], new Float32Array(5));
    await session.run(new Map([['x', float32([1, 4, 4, 3], channelsLast)]]), new Map([['z', result]]));
    assert.ok(difference(logits.subarray(image * 5, image * 5 + 5), result.data) < 1e-5);
  }
  await session.release();
});

const refused: readonly (readonly [string, Uint8Array, string, RegExp])[] = [
  [
    'an unknown operator',
    onnxFile({
      nodes: [{ type: 'NonMaxSuppression', inputs: ['x'], outputs: ['f'] }, gemm],
      initializers,
      inputs,
      outputs: ['z'],
    }),
    'model.unsupported-operator',
    /tiny\.onnx: the operator NonMaxSuppression \(opset 13\) of node "NonMaxSuppression0"/,
  ],
  [
    'no linear layer at the end',
    tiny([gemm, { type: 'Relu', inputs: ['z'], outputs: ['y'] }], 'y'),
    'model.no-head',
    /comes from Relu "Relu9"/,
  ],
  [
    'a linear layer on maps',
    onnxFile({
      nodes: [{ type: 'MatMul', inputs: ['x', 'w'], outputs: ['z'] }],
      initializers: { w: random(1, [8, 5]) },
      inputs: { x: [1, 3, 8, 8] },
      outputs: ['z'],
    }),
    'model.no-head',
    /\[2,3,8,8\], not one vector of 8/,
  ],
  [
    'a network that mixes its images',
    onnxFile({
      nodes: [
        ...nodes,
        { type: 'ReduceMean', inputs: ['f'], outputs: ['mean.f'], attributes: { axes: [0], keepdims: 1 } },
        { ...gemm, inputs: ['mean.f', 'fc.w', 'fc.b'] },
      ],
      initializers,
      inputs,
      outputs: ['z'],
    }),
    'model.fixed-batch',
    /tiny\.onnx: the last linear layer reads \[1,4\] for 2 images, not one row for each/,
  ],
  [
    'an average over far more than its map',
    tiny(
      [
        {
          type: 'AveragePool',
          inputs: ['r'],
          outputs: ['wide'],
          attributes: { kernel_shape: [2001, 2001], pads: [1000, 1000, 1000, 1000] },
        },
        { type: 'Flatten', inputs: ['wide'], outputs: ['g'] },
        { ...gemm, inputs: ['g', 'fc.w', 'fc.b'] },
      ],
      'z',
    ),
    'model.invalid-node',
    /AveragePool "AveragePool8" averages windows of \[2001,2001\] over maps of \[8,8\]/,
  ],
  [
    'two inputs',
    onnxFile({ nodes: [...nodes, gemm], initializers, inputs: { ...inputs, mask: [1] }, outputs: ['z'] }),
    'model.inputs',
    /"x" \[\?,3,\?,\?\], "mask" \[1\]/,
  ],
  [
    'a cycle',
    onnxFile({
      nodes: [
        { type: 'Add', inputs: ['x', 'b'], outputs: ['a'] },
        { type: 'Relu', inputs: ['a'], outputs: ['b'] },
        { type: 'Flatten', inputs: ['b'], outputs: ['f'] },
        gemm,
      ],
      initializers,
      inputs,
      outputs: ['z'],
    }),
    'model.damaged',
    /needs its own result/,
  ],
  [
    'a value from nowhere',
    onnxFile({
      nodes: [{ type: 'Relu', inputs: ['?'], outputs: ['f'] }, gemm],
      initializers,
      inputs,
      outputs: ['z'],
    }),
    'model.damaged',
    /"Relu0" reads "\?", which nothing makes/,
  ],
  [
    'a shape for one image size only',
    onnxFile({
      nodes: [
        { type: 'Reshape', inputs: ['x', 'target'], outputs: ['f'] },
        { ...gemm, inputs: ['f', 'w'] },
      ],
      initializers: {
        w: random(1, [27, 5]),
        target: { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 27n) },
      },
      inputs: { x: ['batch', 3, 8, 8] },
      outputs: ['z'],
    }),
    'model.image-size',
    /Reshape "Reshape0" does not fit/,
  ],
  [
    'a tensor that would fill the memory',
    onnxFile({
      nodes: [
        { type: 'ConstantOfShape', inputs: ['huge'], outputs: ['zeros'] },
        { type: 'Add', inputs: ['x', 'zeros'], outputs: ['f'] },
        gemm,
      ],
      initializers: {
        ...initializers,
        huge: { dtype: 'int64', shape: [3], data: BigInt64Array.of(99999n, 99999n, 99999n) },
      },
      inputs,
      outputs: ['z'],
    }),
    'model.invalid-node',
    /makes a tensor of \[99999,99999,99999\]/,
  ],
];

for (const [name, bytes, code, message] of refused)
  test(`${name} is refused as ${code}`, () => {
    assert.throws(() => importOnnx(bytes, options), { name: 'AdarandError', code, message });
  });

test('a damaged file is an AdarandError, wherever it was cut', () => {
  const bytes = tiny([gemm], 'z');
  // Last comes the version of operators that it does not have: without that, it is whole.
  const needed = new TextDecoder('latin1').decode(bytes).lastIndexOf('com.microsoft') - 4;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: needed - 1 }), (length) => {
      assert.throws(() => importOnnx(bytes.subarray(0, length), options), AdarandError);
    }),
  );
});

test('bytes changed at random either import or are an AdarandError', () => {
  const bytes = tiny([gemm], 'z');
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
      const changed = Uint8Array.from(bytes);
      for (const [place, byte] of changes) changed[place] = byte;
      importsOrRefuses(changed);
    }),
    { numRuns: 1000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), importsOrRefuses));
});

function importsOrRefuses(bytes: Uint8Array): void {
  try {
    importOnnx(bytes, options);
  } catch (error) {
    assert.ok(error instanceof AdarandError, String(error instanceof Error ? error.stack : error));
  }
}

function softmaxRows(logits: Float32Array, size: number): Float64Array {
  return Float64Array.from(logits, (logit, i) => {
    const row = logits.subarray(i - (i % size), i - (i % size) + size);
    return Math.exp(logit) / row.reduce((sum, other) => sum + Math.exp(other), 0);
  });
}
