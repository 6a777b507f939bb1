import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { uniform } from '../../../test/helpers/lcg.js';
import { int64Tensor, type OnnxFileNode, onnxFile } from '../../../test/helpers/onnx-fixtures.js';
import { AdarandError } from '../../errors.js';
import { zeros } from '../../graph/tensor.js';
import { exportOnnx } from '../export/onnx.js';
import { importFile } from '../onnx-import.js';
import { checkAgainstFile } from '../self-check.js';

const node = (
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: OnnxFileNode['attributes'] = {},
): OnnxFileNode => ({ type, inputs, outputs: [output], attributes });

/** Maps [1,4,4,4] of an image of 8 x 8, then the nodes given, which make `f` [1,64], then a linear layer. */
function fileOf(batch: number | string, nodes: readonly OnnxFileNode[]): Uint8Array {
  return onnxFile({
    nodes: [
      node('Conv', ['x', 'kernel'], 'maps', { strides: [2, 2] }),
      ...nodes,
      node('Gemm', ['f', 'weight'], 'logits'),
    ],
    initializers: {
      kernel: uniform(1, [4, 3, 2, 2]),
      weight: uniform(2, [64, 5]),
      'windows.in': int64Tensor([1, 4, 2, 2, 2, 2]),
      windows: int64Tensor([4, 4, 4]),
      'windows.out': int64Tensor([1, 2, 2, 4, 2, 2]),
      mask: uniform(3, [4, 1, 4]),
      tokens: int64Tensor([1, 4, 16]),
      'heads.in': int64Tensor([16, 2, 2]),
      'heads.out': int64Tensor([16, 1, 4]),
      token: uniform(4, [1, 1, 16]),
      rows: int64Tensor([1, 4, 16]),
      times: int64Tensor([1, 3, 1]),
      row: int64Tensor([3, 1, 0, 4]),
      flat: int64Tensor([1, 64]),
      matrix: int64Tensor([16, 4]),
      square: uniform(5, [4, 4]),
      'row.bias': uniform(6, [16, 1]),
      'all.flat': int64Tensor([64]),
      places: int64Tensor(
        Array.from({ length: 64 }, (_, i) => (i * 5) % 64),
        [1, 64],
      ),
      first: int64Tensor([0]),
      single: int64Tensor([1, 1, 64]),
      zeroth: int64Tensor([0], []),
      most: int64Tensor([2 ** 53]),
      'lstm.w': uniform(8, [2, 32, 16]),
      'lstm.r': uniform(9, [2, 32, 8]),
      'lstm.zeros': zeros('float32', [2, 1, 8]),
      transposed: uniform(7, [4, 4, 2, 2]),
      'block.images': int64Tensor([0], [1, 1, 1]),
      'block.rows': int64Tensor([1, 2], [2, 1]),
      'block.elements': int64Tensor([2, 3, 4, 5, 6, 7, 8]),
      'block.shape': int64Tensor([1, 2, 7]),
      'block.same': int64Tensor([1, 1], [2, 1]),
      'block.begin': int64Tensor([0, 0]),
      'block.end': int64Tensor([2, 7]),
      'block.axes': int64Tensor([1, 2]),
      behind: int64Tensor([-1]),
    },
    inputs: { x: [batch, 3, 8, 8] },
    outputs: ['logits'],
  });
}

const flat = (input: string) => node('Reshape', [input, 'flat'], 'f');

/** `rows` and `elements` of tokens [1,4,16] replaced, as PyTorch's older exporter writes it. */
const blockOf = (rows: string, elements: string): readonly OnnxFileNode[] => [
  node('Reshape', ['maps', 'rows'], 'patches'),
  node('Slice', ['patches', 'block.begin', 'block.end', 'block.axes'], 'corner'),
  node('Exp', ['corner'], 'updates'),
  ...['block.images', rows, elements].flatMap((range, i) => [
    node('Expand', [range, 'block.shape'], `range${i}`),
    node('Unsqueeze', [`range${i}`, 'behind'], `coordinates${i}`),
  ]),
  node('Concat', ['coordinates0', 'coordinates1', 'coordinates2'], 'coordinates', { axis: -1 }),
  node('ScatterND', ['patches', 'coordinates', 'updates'], 'replaced'),
  flat('replaced'),
];

const graphs: Readonly<Record<string, readonly OnnxFileNode[]>> = {
  'windows, each with a bias of its own': [
    node('Reshape', ['maps', 'windows.in'], 'cut'),
    node('Transpose', ['cut'], 'sorted', { perm: [0, 2, 4, 1, 3, 5] }),
    node('Reshape', ['sorted', 'windows'], 'own'),
    node('Add', ['own', 'mask'], 'biased'),
    node('Softmax', ['biased'], 'weights', { axis: 2 }),
    node('MatMul', ['weights', 'own'], 'mixed'),
    node('Reshape', ['mixed', 'windows.out'], 'back'),
    flat('back'),
  ],
  'heads of attention, with the images as the second axis': [
    node('Reshape', ['maps', 'tokens'], 'channels'),
    node('Transpose', ['channels'], 'sequence', { perm: [2, 0, 1] }),
    node('Reshape', ['sequence', 'heads.in'], 'heads'),
    node('Transpose', ['heads'], 'query', { perm: [1, 0, 2] }),
    node('Transpose', ['heads'], 'key', { perm: [1, 2, 0] }),
    node('MatMul', ['query', 'key'], 'scores'),
    node('Softmax', ['scores'], 'weights', { axis: 2 }),
    node('MatMul', ['weights', 'query'], 'mixed'),
    node('Transpose', ['mixed'], 'turned', { perm: [1, 0, 2] }),
    node('Reshape', ['turned', 'heads.out'], 'joined'),
    node('Transpose', ['joined'], 'last', { perm: [1, 0, 2] }),
    flat('last'),
  ],
  'tokens and images made rows of one matrix': [
    node('Reshape', ['maps', 'tokens'], 'channels'),
    node('Transpose', ['channels'], 'sequence', { perm: [2, 0, 1] }),
    node('Reshape', ['sequence', 'matrix'], 'matrix.in'),
    node('Gemm', ['matrix.in', 'square'], 'product'),
    node('Add', ['product', 'row.bias'], 'shifted'),
    node('Reshape', ['shifted', 'heads.out'], 'sequences'),
    node('Transpose', ['sequences'], 'last', { perm: [1, 0, 2] }),
    flat('last'),
  ],
  'elements picked from each image laid flat': [
    node('Reshape', ['maps', 'all.flat'], 'line'),
    node('Gather', ['line', 'places'], 'f'),
  ],
  'tokens repeated beside each other': [
    node('Reshape', ['maps', 'rows'], 'patches'),
    node('Tile', ['patches', 'times'], 'tiled'),
    node('Gather', ['tiled', 'row'], 'chosen', { axis: 1 }),
    flat('chosen'),
  ],
  'the one token of an attention pooling taken out, with the images where it was': [
    node('Reshape', ['maps', 'flat'], 'query'),
    node('Reshape', ['query', 'single'], 'token.first'),
    node('Transpose', ['token.first'], 'last', { perm: [1, 0, 2] }),
    node('Gather', ['last', 'zeroth'], 'f', { axis: 1 }),
  ],
  'a transposed convolution': [
    node('ConvTranspose', ['maps', 'transposed'], 'larger', { strides: [2, 2] }),
    node('AveragePool', ['larger'], 'smaller', { kernel_shape: [2, 2], strides: [2, 2] }),
    flat('smaller'),
  ],
  'a recurrence over the tokens of each image': [
    node('Reshape', ['maps', 'rows'], 'patches'),
    node('Transpose', ['patches'], 'sequence', { perm: [1, 0, 2] }),
    node('LSTM', ['sequence', 'lstm.w', 'lstm.r', '', '', 'lstm.zeros', 'lstm.zeros'], 'states', {
      hidden_size: 8,
      direction: 'bidirectional',
    }),
    node('Transpose', ['states'], 'own', { perm: [2, 0, 1, 3] }),
    flat('own'),
  ],
  'a block of each image replaced': blockOf('block.rows', 'block.elements'),
  'a class token, a slice of all images and a choice of rows': [
    node('Reshape', ['maps', 'rows'], 'patches'),
    node('Slice', ['patches', 'first', 'most', 'first'], 'all'),
    node('Concat', ['token', 'all'], 'joined', { axis: 1 }),
    node('Gather', ['joined', 'row'], 'chosen', { axis: 1 }),
    flat('chosen'),
  ],
};

describe('a file for one image is built for any number', () => {
  const check = async (bytes: Uint8Array) => {
    const imported = importFile(bytes, { name: 'model.onnx' });
    await checkAgainstFile(imported, { bytes }, 1);
    return imported;
  };

  for (const [name, nodes] of Object.entries(graphs))
    test(`${name}: as the file gives for each, and when exported again`, async () => {
      const { network, classifier } = await check(fileOf(1, nodes));
      assert.equal(classifier.images, 1);
      const head = network.pretrainedHead;
      assert.ok(head !== undefined);
      const exported = await check(exportOnnx({ network, head }));
      assert.equal(exported.classifier.images, undefined);
    });

  test('so is one that declares a free batch, and has been made for one', async () => {
    const { classifier } = await check(fileOf('batch', graphs['windows, each with a bias of its own'] ?? []));
    assert.equal(classifier.images, 1);
  });

  test('so is one for two images', () => {
    const { network } = importFile(fileOf(2, [node('Flatten', ['maps'], 'f')]), { name: 'model.onnx' });
    assert.equal(network.featureSize, 64);
  });
});

const refused: Readonly<Record<string, readonly OnnxFileNode[]>> = {
  ScatterND: blockOf('block.same', 'block.elements'),
  Softmax: [node('Softmax', ['maps'], 'mixed', { axis: 0 }), node('Flatten', ['mixed'], 'f')],
  Concat: [
    node('Concat', ['maps', 'maps'], 'twice', { axis: 0 }),
    node('ReduceMean', ['twice'], 'mean', { axes: [0], keepdims: 1 }),
    node('Flatten', ['mean'], 'f'),
  ],
  ReduceMean: [
    node('ReduceMean', ['maps'], 'mean', { axes: [0], keepdims: 1 }),
    node('Flatten', ['mean'], 'f'),
  ],
};

test('coordinates of one place, repeated, are no block', () => {
  const nodes = blockOf('behind', 'block.elements');
  const alone = blockOf('first', 'block.elements');
  for (const each of [nodes, alone])
    assert.throws(() => importFile(fileOf(1, each), { name: 'model.onnx' }), AdarandError);
});

for (const [type, nodes] of Object.entries(refused))
  test(`${type} over the images is refused`, () => {
    assert.throws(() => importFile(fileOf(1, nodes), { name: 'model.onnx' }), {
      code: 'model.fixed-batch',
      message: new RegExp(
        `model\\.onnx is made for 1 image at a time: ${type} "${type}\\d+" cannot be built for another number`,
      ),
    });
  });
