import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tensorOf } from '../../test/helpers/lcg.js';
import { int64Tensor, type OnnxFileNode, onnxFile } from '../../test/helpers/onnx-fixtures.js';
import { at } from '../errors.js';
import { float32, type Shape } from '../graph/tensor.js';
import { importFile } from './onnx-import.js';
import { checkAgainstFile } from './self-check.js';

const random = (seed: number, shape: Shape) => tensorOf({ shape, seed, scale: 1, offset: 0 });
const node = (type: string, inputs: string[], output: string, attributes = {}): OnnxFileNode => ({
  type,
  inputs,
  outputs: [output],
  attributes,
});
const pooled = [node('GlobalAveragePool', ['maps'], 'p'), node('Flatten', ['p'], 'f')];
const other = [node('GlobalMaxPool', ['maps'], 'q'), node('Flatten', ['q'], 'g')];
const one = node('Gemm', ['f', 'w', 'b'], 'y1');

/** `y` [batch,3] is made of `maps` [batch,4,6,6]. */
function fileOf(nodes: readonly OnnxFileNode[], outputs: readonly string[] = ['y']): Uint8Array {
  return onnxFile({
    nodes: [node('Conv', ['x', 'kernel'], 'maps'), ...nodes],
    initializers: {
      kernel: random(1, [4, 3, 3, 3]),
      w: random(2, [4, 3]),
      b: random(3, [3]),
      v: random(4, [4, 3]),
      'classifier.5.weight': random(4, [4, 3]),
      turned: random(5, [3, 4]),
      many: random(6, [4, 2]),
      fine: random(7, [3, 4, 1, 1]),
      'classifier.1.weight': random(7, [3, 4, 1, 1]),
      two: float32([], [2]),
      half: float32([1], [0.5]),
      zero: int64Tensor([0]),
      second: int64Tensor([1], []),
      tokens: int64Tensor([0, 4, 36]),
    },
    inputs: { x: ['batch', 3, 8, 8] },
    outputs,
  });
}

const open = async (nodes: readonly OnnxFileNode[], outputs?: readonly string[]) => {
  const bytes = fileOf(nodes, outputs);
  const imported = importFile(bytes, { name: 'model.onnx' });
  await checkAgainstFile(imported, { bytes }, 1);
  return imported.network;
};

describe('heads that are not just a last linear layer', () => {
  const two = [...pooled, ...other, one, node('MatMul', ['g', 'v'], 'y2')];

  test('the mean of two, of different features, is one of both', async () => {
    const network = await open([...two, node('Add', ['y1', 'y2'], 's'), node('Div', ['s', 'two'], 'y')]);
    assert.equal(network.featureSize, 8);
    const { weight, bias } = network.pretrainedHead ?? {};
    assert.equal(at(weight?.data ?? [], 0), at(random(2, [4, 3]).data, 0) / 2);
    assert.equal(at(weight?.data ?? [], 4), at(random(4, [4, 3]).data, 0) / 2);
    assert.equal(at(bias?.data ?? [], 2), at(random(3, [3]).data, 2) / 2);
  });

  test('so is their mean over a stack', async () => {
    const network = await open([
      ...two,
      node('Unsqueeze', ['y1', 'zero'], 'u1'),
      node('Unsqueeze', ['y2', 'zero'], 'u2'),
      node('Concat', ['u1', 'u2'], 'stack', { axis: 0 }),
      node('ReduceMean', ['stack'], 'y', { axes: [0], keepdims: 0 }),
    ]);
    assert.equal(network.featureSize, 8);
  });

  test('and Mean, and a product with a number', async () => {
    const network = await open([...two, node('Mul', ['half', 'y2'], 'h'), node('Mean', ['y1', 'h'], 'y')]);
    assert.equal(network.featureSize, 8);
  });

  test('two of the same features stay of these', async () => {
    const network = await open([
      ...pooled,
      one,
      node('MatMul', ['f', 'v'], 'y2'),
      node('Add', ['y1', 'y2'], 'y'),
    ]);
    assert.equal(network.featureSize, 4);
  });

  test('logits of one token of all: the features are of that token', async () => {
    const network = await open([
      node('Reshape', ['maps', 'tokens'], 'channels'),
      node('Transpose', ['channels'], 'rows', { perm: [0, 2, 1] }),
      node('MatMul', ['rows', 'w'], 'all'),
      node('Add', ['all', 'b'], 'biased'),
      node('Gather', ['biased', 'second'], 'y', { axis: 1 }),
    ]);
    assert.equal(network.featureSize, 4);
  });

  test('a weight behind a Transpose and an Identity', async () => {
    const network = await open([
      ...pooled,
      node('Identity', ['turned'], 'same'),
      node('Transpose', ['same'], 'kn', { perm: [1, 0] }),
      node('MatMul', ['f', 'kn'], 'y'),
    ]);
    assert.deepEqual(network.pretrainedHead?.weight, random(5, [3, 4]));
  });

  test('what is decided by the logits at the end is no part of them', async () => {
    for (const last of [
      [node('ArgMax', ['y1'], 'y', { axis: 1 })],
      [node('Softmax', ['y1'], 's'), node('ArgMax', ['s'], 'y', { axis: 1 })],
      [node('Sigmoid', ['y1'], 'y')],
    ]) {
      const network = await open([...pooled, one, ...last]);
      assert.deepEqual(network.pretrainedHead?.bias, random(3, [3]));
    }
  });

  test('a sum of linear layers for different classes is none, nor one with something else', () => {
    for (const last of [
      [node('MatMul', ['f', 'many'], 'y2'), node('Add', ['y1', 'y2'], 'y')],
      [node('Relu', ['y1'], 'r'), node('Add', ['y1', 'r'], 'y')],
    ])
      assert.throws(() => importFile(fileOf([...pooled, one, ...last]), { name: 'model.onnx' }), {
        code: 'model.no-head',
      });
  });

  test('a last layer without a bias may be a projection, which is said, unless its classes are known', () => {
    const bare = [...pooled, node('MatMul', ['f', 'v'], 'y')];
    const notes = (nodes: readonly OnnxFileNode[], classes?: readonly string[]) =>
      importFile(fileOf(nodes), { name: 'model.onnx', ...(classes && { classes }) }).network.notes;
    assert.deepEqual(notes(bare), [
      'its last linear layer has no bias and is taken for a classifier of 3 classes; if it is a projection, take what it gives as the features: --features y (--logits y says that it is none)',
    ]);
    assert.equal(importFile(fileOf(bare), { name: 'model.onnx', logits: 'y' }).network.notes, undefined);
    assert.equal(notes(bare, ['a', 'b'])?.length, 1);
    assert.equal(notes(bare, ['a', 'b', 'c']), undefined);
    assert.equal(notes([...pooled, node('MatMul', ['f', 'v'], 'z'), node('Softmax', ['z'], 'y')]), undefined);
    assert.equal(notes([...two, node('Add', ['y1', 'y2'], 'y')]), undefined);
    assert.equal(notes([...pooled, node('MatMul', ['f', 'classifier.5.weight'], 'y')]), undefined);
    assert.equal(notes([...pooled, node('Gemm', ['f', 'w', 'b'], 'y')]), undefined);
  });

  const rectified = (weight: string, output: string) => [
    node('Conv', ['maps', weight], 'c'),
    node('Relu', ['c'], 'r'),
    node('GlobalAveragePool', ['r'], 'p'),
    node('Flatten', ['p'], output),
  ];

  test('a convolution, a ReLU and an average: the maps that enter, averaged, without a pretrained head, which is said', async () => {
    for (const [output, nodes] of [
      ['y', rectified('classifier.1.weight', 'y')],
      ['logits', rectified('fine', 'logits')],
      ['y', [...rectified('fine', 'z'), node('Softmax', ['z'], 'y')]],
    ] as const) {
      const network = await open(nodes, [output]);
      assert.equal(network.featureSize, 4);
      assert.equal(network.pretrainedHead, undefined);
      assert.deepEqual([...network.parameters.keys()], ['kernel']);
      assert.match(
        network.notes?.join() ?? '',
        /the mean of the maps that enter it, "maps" \(--features NAME/,
      );
    }
    assert.throws(() => importFile(fileOf(rectified('fine', 'y')), { name: 'model.onnx' }), {
      code: 'model.no-head',
    });
  });

  test('a classifier of one token, to which the largest logits of the others are added: the former, which is said', async () => {
    const combined = (axis: number) => [
      node('Reshape', ['maps', 'tokens'], 'channels'),
      node('Transpose', ['channels'], 'rows', { perm: [0, 2, 1] }),
      node('Gather', ['rows', 'second'], 'own', { axis: 1 }),
      node('Gemm', ['own', 'w', 'b'], 'y1'),
      node('MatMul', ['rows', 'v'], 'all'),
      node('ReduceMax', ['all'], 'largest', { axes: [axis], keepdims: 0 }),
      node('Mul', ['largest', 'half'], 'added'),
      node('Add', ['y1', 'added'], 'y'),
    ];
    const network = await open(combined(1));
    assert.equal(network.featureSize, 4);
    assert.deepEqual(network.pretrainedHead?.bias, random(3, [3]));
    assert.match(network.notes?.join() ?? '', /of its two classifiers the one that gives "y1" is used/);
    assert.throws(() => importFile(fileOf(combined(0)), { name: 'model.onnx' }), { code: 'model.no-head' });
  });

  test('a last layer behind something else is refused, with both values that may be meant', () => {
    assert.throws(
      () => importFile(fileOf([...pooled, one, node('Relu', ['y1'], 'y')]), { name: 'model.onnx' }),
      { code: 'model.no-head', hint: /--features f, or what the file gives, --features y$/ },
    );
  });
});

describe('logits that are named', () => {
  const nodes = [...pooled, node('Relu', ['f'], 'y'), node('Gemm', ['y', 'w', 'b'], 'other')];

  test('by the output that an error points to', () => {
    assert.throws(() => importFile(fileOf(nodes, ['y', 'other']), { name: 'model.onnx' }), {
      code: 'model.no-head',
      hint: /^If another output is the pretrained classifier's, name it, `logits`: --logits other; or /,
    });
    const { network } = importFile(fileOf(nodes, ['y', 'other']), { name: 'model.onnx', logits: 'other' });
    assert.deepEqual(network.pretrainedHead?.bias, random(3, [3]));
  });

  test('by a value inside', async () => {
    const bytes = fileOf([...nodes, node('Sigmoid', ['other'], 'last')], ['last', 'y']);
    const imported = importFile(bytes, { name: 'model.onnx', logits: 'other' });
    await checkAgainstFile(imported, { bytes }, 1);
    assert.equal(imported.classifier.output, 'other');
  });
});

describe('features that are named', () => {
  const named = async (features: string, nodes: readonly OnnxFileNode[]) => {
    const bytes = fileOf(nodes);
    const imported = importFile(bytes, { name: 'model.onnx', features });
    await checkAgainstFile(imported, { bytes }, 1);
    return imported.network;
  };
  const headless = [...pooled, node('Relu', ['f'], 'y')];

  test('are those of a file without a head, or a value inside of one', async () => {
    for (const features of ['y', 'f']) {
      const network = await named(features, headless);
      assert.equal(network.featureSize, 4);
      assert.equal(network.pretrainedHead, undefined);
      assert.deepEqual([...network.parameters.keys()], ['kernel']);
    }
  });

  test('are averaged where they are maps', async () => {
    assert.equal((await named('maps', headless)).featureSize, 4);
  });

  test('are refused where there are none of that name, or they are neither vectors nor maps', () => {
    const open = (features: string) => () =>
      importFile(fileOf([...headless, node('Reshape', ['maps', 'tokens'], 'channels')]), {
        name: 'model.onnx',
        features,
      });
    assert.throws(open('nothing'), {
      code: 'model.no-such-value',
      message: 'model.onnx computes no value "nothing"',
      hint: /or one of its outputs: y\./,
    });
    assert.throws(open('channels'), {
      code: 'model.no-head',
      message: /a new head would read "channels" \[2,4,36\], not one vector of features per image/,
    });
  });
});
