import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { uniform } from '../../test/helpers/lcg.js';
import { int64Tensor, type OnnxFileNode, onnxFile, onnxNode } from '../../test/helpers/onnx-fixtures.js';
import { at } from '../errors.js';
import { float32 } from '../graph/tensor.js';
import { importFile } from './onnx-import.js';
import { checkAgainstFile } from './self-check.js';

const pooled = [onnxNode('GlobalAveragePool', ['maps'], 'p'), onnxNode('Flatten', ['p'], 'f')];
const other = [onnxNode('GlobalMaxPool', ['maps'], 'q'), onnxNode('Flatten', ['q'], 'g')];
const one = onnxNode('Gemm', ['f', 'w', 'b'], 'y1');

/** `y` [batch,3] is made of `maps` [batch,4,6,6]. */
function fileOf(nodes: readonly OnnxFileNode[], outputs: readonly string[] = ['y']): Uint8Array {
  return onnxFile({
    nodes: [onnxNode('Conv', ['x', 'kernel'], 'maps'), ...nodes],
    initializers: {
      kernel: uniform(1, [4, 3, 3, 3]),
      w: uniform(2, [4, 3]),
      b: uniform(3, [3]),
      v: uniform(4, [4, 3]),
      'classifier.5.weight': uniform(4, [4, 3]),
      turned: uniform(5, [3, 4]),
      many: uniform(6, [4, 2]),
      fine: uniform(7, [3, 4, 1, 1]),
      'classifier.1.weight': uniform(7, [3, 4, 1, 1]),
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
  const two = [...pooled, ...other, one, onnxNode('MatMul', ['g', 'v'], 'y2')];

  test('the mean of two, of different features, is one of both', async () => {
    const network = await open([
      ...two,
      onnxNode('Add', ['y1', 'y2'], 's'),
      onnxNode('Div', ['s', 'two'], 'y'),
    ]);
    assert.equal(network.featureSize, 8);
    const { weight, bias } = network.pretrainedHead ?? {};
    assert.equal(at(weight?.data ?? [], 0), at(uniform(2, [4, 3]).data, 0) / 2);
    assert.equal(at(weight?.data ?? [], 4), at(uniform(4, [4, 3]).data, 0) / 2);
    assert.equal(at(bias?.data ?? [], 2), at(uniform(3, [3]).data, 2) / 2);
  });

  test('so is their mean over a stack', async () => {
    const network = await open([
      ...two,
      onnxNode('Unsqueeze', ['y1', 'zero'], 'u1'),
      onnxNode('Unsqueeze', ['y2', 'zero'], 'u2'),
      onnxNode('Concat', ['u1', 'u2'], 'stack', { axis: 0 }),
      onnxNode('ReduceMean', ['stack'], 'y', { axes: [0], keepdims: 0 }),
    ]);
    assert.equal(network.featureSize, 8);
  });

  test('and Mean, and a product with a number', async () => {
    const network = await open([
      ...two,
      onnxNode('Mul', ['half', 'y2'], 'h'),
      onnxNode('Mean', ['y1', 'h'], 'y'),
    ]);
    assert.equal(network.featureSize, 8);
  });

  test('two of the same features stay of these', async () => {
    const network = await open([
      ...pooled,
      one,
      onnxNode('MatMul', ['f', 'v'], 'y2'),
      onnxNode('Add', ['y1', 'y2'], 'y'),
    ]);
    assert.equal(network.featureSize, 4);
  });

  test('logits of one token of all: the features are of that token', async () => {
    const network = await open([
      onnxNode('Reshape', ['maps', 'tokens'], 'channels'),
      onnxNode('Transpose', ['channels'], 'rows', { perm: [0, 2, 1] }),
      onnxNode('MatMul', ['rows', 'w'], 'all'),
      onnxNode('Add', ['all', 'b'], 'biased'),
      onnxNode('Gather', ['biased', 'second'], 'y', { axis: 1 }),
    ]);
    assert.equal(network.featureSize, 4);
  });

  test('a weight behind a Transpose and an Identity', async () => {
    const network = await open([
      ...pooled,
      onnxNode('Identity', ['turned'], 'same'),
      onnxNode('Transpose', ['same'], 'kn', { perm: [1, 0] }),
      onnxNode('MatMul', ['f', 'kn'], 'y'),
    ]);
    assert.deepEqual(network.pretrainedHead?.weight, uniform(5, [3, 4]));
  });

  test('what is decided by the logits at the end is no part of them', async () => {
    for (const last of [
      [onnxNode('ArgMax', ['y1'], 'y', { axis: 1 })],
      [onnxNode('Softmax', ['y1'], 's'), onnxNode('ArgMax', ['s'], 'y', { axis: 1 })],
      [onnxNode('Sigmoid', ['y1'], 'y')],
    ]) {
      const network = await open([...pooled, one, ...last]);
      assert.deepEqual(network.pretrainedHead?.bias, uniform(3, [3]));
    }
  });

  test('a sum of linear layers for different classes is none, nor one with something else', () => {
    for (const last of [
      [onnxNode('MatMul', ['f', 'many'], 'y2'), onnxNode('Add', ['y1', 'y2'], 'y')],
      [onnxNode('Relu', ['y1'], 'r'), onnxNode('Add', ['y1', 'r'], 'y')],
    ])
      assert.throws(() => importFile(fileOf([...pooled, one, ...last]), { name: 'model.onnx' }), {
        code: 'model.no-head',
      });
  });

  test('a last layer without a bias may be a projection, which is said, unless its classes are known', () => {
    const bare = [...pooled, onnxNode('MatMul', ['f', 'v'], 'y')];
    const notes = (nodes: readonly OnnxFileNode[], classes?: readonly string[]) =>
      importFile(fileOf(nodes), { name: 'model.onnx', ...(classes && { classes }) }).network.notes;
    assert.deepEqual(notes(bare), [
      'its last linear layer has no bias and is taken for a classifier of 3 classes; if it is a projection, take what it gives as the features: --features y (--logits y says that it is none)',
    ]);
    assert.equal(importFile(fileOf(bare), { name: 'model.onnx', logits: 'y' }).network.notes, undefined);
    assert.equal(notes(bare, ['a', 'b'])?.length, 1);
    assert.equal(notes(bare, ['a', 'b', 'c']), undefined);
    assert.equal(
      notes([...pooled, onnxNode('MatMul', ['f', 'v'], 'z'), onnxNode('Softmax', ['z'], 'y')]),
      undefined,
    );
    assert.equal(notes([...two, onnxNode('Add', ['y1', 'y2'], 'y')]), undefined);
    assert.equal(notes([...pooled, onnxNode('MatMul', ['f', 'classifier.5.weight'], 'y')]), undefined);
    assert.equal(notes([...pooled, onnxNode('Gemm', ['f', 'w', 'b'], 'y')]), undefined);
  });

  const rectified = (weight: string, output: string, attributes = {}) => [
    onnxNode('Conv', ['maps', weight], 'c', attributes),
    onnxNode('Relu', ['c'], 'r'),
    onnxNode('GlobalAveragePool', ['r'], 'p'),
    onnxNode('Flatten', ['p'], output),
  ];

  test('a convolution, a ReLU and an average: the maps that enter, averaged, without a pretrained head, which is said', async () => {
    for (const [output, nodes] of [
      ['y', rectified('classifier.1.weight', 'y')],
      ['logits', rectified('fine', 'logits')],
      // As SqueezeNet had it at first.
      ['logits', rectified('fine', 'logits', { pads: [1, 1, 1, 1] })],
      ['y', [...rectified('fine', 'z'), onnxNode('Softmax', ['z'], 'y')]],
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
      onnxNode('Reshape', ['maps', 'tokens'], 'channels'),
      onnxNode('Transpose', ['channels'], 'rows', { perm: [0, 2, 1] }),
      onnxNode('Gather', ['rows', 'second'], 'own', { axis: 1 }),
      onnxNode('Gemm', ['own', 'w', 'b'], 'y1'),
      onnxNode('MatMul', ['rows', 'v'], 'all'),
      onnxNode('ReduceMax', ['all'], 'largest', { axes: [axis], keepdims: 0 }),
      onnxNode('Mul', ['largest', 'half'], 'added'),
      onnxNode('Add', ['y1', 'added'], 'y'),
    ];
    const network = await open(combined(1));
    assert.equal(network.featureSize, 4);
    assert.deepEqual(network.pretrainedHead?.bias, uniform(3, [3]));
    assert.match(network.notes?.join() ?? '', /of its two classifiers the one that gives "y1" is used/);
    assert.throws(() => importFile(fileOf(combined(0)), { name: 'model.onnx' }), { code: 'model.no-head' });
  });

  test('a last layer behind something else is refused, with both values that may be meant', () => {
    assert.throws(
      () => importFile(fileOf([...pooled, one, onnxNode('Relu', ['y1'], 'y')]), { name: 'model.onnx' }),
      { code: 'model.no-head', hint: /--features f, or what the file gives, --features y$/ },
    );
  });
});

describe('logits that are named', () => {
  const nodes = [...pooled, onnxNode('Relu', ['f'], 'y'), onnxNode('Gemm', ['y', 'w', 'b'], 'other')];

  test('by the output that an error points to', () => {
    assert.throws(() => importFile(fileOf(nodes, ['y', 'other']), { name: 'model.onnx' }), {
      code: 'model.no-head',
      hint: /^If another output is the pretrained classifier's, name it, `logits`: --logits other; or /,
    });
    const { network } = importFile(fileOf(nodes, ['y', 'other']), { name: 'model.onnx', logits: 'other' });
    assert.deepEqual(network.pretrainedHead?.bias, uniform(3, [3]));
  });

  test('by a value inside', async () => {
    const bytes = fileOf([...nodes, onnxNode('Sigmoid', ['other'], 'last')], ['last', 'y']);
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
  const headless = [...pooled, onnxNode('Relu', ['f'], 'y')];

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
      importFile(fileOf([...headless, onnxNode('Reshape', ['maps', 'tokens'], 'channels')]), {
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
