import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { uniform } from '../../../test/helpers/lcg.js';
import { int64Tensor, type OnnxFileNode, onnxFile, onnxNode } from '../../../test/helpers/onnx-fixtures.js';
import { importFile } from '../onnx-import.js';
import { checkAgainstFile } from '../self-check.js';

/** Of an image [1,3,8,8]: `maps` [1,4,6,6] and `patches` [1,36,4]. */
function fileOf(nodes: readonly OnnxFileNode[], outputs: readonly string[]): Uint8Array {
  return onnxFile({
    opset: 17,
    nodes: [
      onnxNode('Conv', ['x', 'kernel'], 'maps'),
      onnxNode('Reshape', ['maps', 'rows'], 'channels'),
      onnxNode('Transpose', ['channels'], 'patches', { perm: [0, 2, 1] }),
      ...nodes,
    ],
    initializers: {
      kernel: uniform(1, [4, 3, 3, 3]),
      rows: int64Tensor([0, 4, 36]),
      token: uniform(2, [1, 1, 4]),
      registers: uniform(3, [1, 2, 4]),
      scale: uniform(4, [4]),
      shift: uniform(5, [4]),
      w: uniform(6, [4, 4]),
      b: uniform(7, [4]),
      fine: uniform(8, [6, 4, 1, 1]),
      zero: int64Tensor([0], []),
      first: int64Tensor([0]),
      second: int64Tensor([1]),
      most: int64Tensor([2 ** 40]),
      flat: int64Tensor([0, -1]),
    },
    inputs: { x: [1, 3, 8, 8] },
    outputs,
  });
}

const norm = (from: string, to: string) =>
  onnxNode('LayerNormalization', [from, 'scale', 'shift'], to, { axis: -1 });
const withToken = onnxNode('Concat', ['token', 'patches'], 'all', { axis: 1 });
/** A residual block over tokens. */
const block = [
  onnxNode('MatMul', ['all', 'w'], 'inner'),
  onnxNode('Softmax', ['inner'], 'mixed', { axis: 1 }),
  onnxNode('Add', ['all', 'mixed'], 'after'),
];
const picked = onnxNode('Gather', ['normed', 'zero'], 'y', { axis: 1 });

const open = async (nodes: readonly OnnxFileNode[], outputs: readonly string[] = ['y']) => {
  const bytes = fileOf(nodes, outputs);
  const imported = importFile(bytes, { name: 'model.onnx' });
  await checkAgainstFile(imported, { bytes }, 1);
  const { network } = imported;
  assert.equal(network.pretrainedHead, undefined);
  const [note = ''] = network.notes ?? [];
  assert.match(note, /^it has no classifier of its own: .*\(--features NAME takes another value\)$/);
  return { size: network.featureSize, note, parameters: [...network.parameters.keys()], imported, bytes };
};
const refused = (nodes: readonly OnnxFileNode[], outputs: readonly string[] = ['y']) => {
  let error: unknown;
  assert.throws(
    () => importFile(fileOf(nodes, outputs), { name: 'model.onnx' }),
    (thrown) => {
      error = thrown;
      return true;
    },
  );
  assert.ok(error instanceof Error && 'code' in error && error.code === 'model.no-head', String(error));
  return error.message;
};

describe('an encoder without a classifier', () => {
  const pooledMaps = [onnxNode('GlobalAveragePool', ['maps'], 'p'), onnxNode('Flatten', ['p'], 'f')];
  const ends: Readonly<Record<string, readonly OnnxFileNode[]>> = {
    'a normalised token': [withToken, ...block, norm('after', 'normed'), picked],
    'a normalised linear layer': [...pooledMaps, onnxNode('Gemm', ['f', 'w'], 'z'), norm('z', 'y')],
    'the pooler of a transformer': [
      ...pooledMaps,
      onnxNode('Gemm', ['f', 'w', 'b'], 'z'),
      onnxNode('Tanh', ['z'], 'y'),
    ],
    'averaged maps of a block': [
      onnxNode('Softmax', ['maps'], 'other', { axis: 1 }),
      onnxNode('Add', ['maps', 'other'], 'sum'),
      onnxNode('Relu', ['sum'], 'r'),
      onnxNode('GlobalAveragePool', ['r'], 'y'),
    ],
  };
  for (const [end, nodes] of Object.entries(ends))
    test(`that ends in ${end} gives its features`, async () => {
      const { size, note } = await open(nodes);
      assert.equal(size, 4);
      assert.match(note, /the features are its output, "y" \[4/);
    });

  test('whose tokens begin with a stored one: that, also behind registers and in another order of axes', async () => {
    const patches = onnxNode('Slice', ['placed', 'second', 'most', 'second'], 'others');
    const own = onnxNode('Slice', ['placed', 'first', 'second', 'second'], 'own');
    const registers = [
      withToken,
      onnxNode('Add', ['all', 'shift'], 'placed'),
      own,
      patches,
      onnxNode('Concat', ['own', 'registers', 'others'], 'after', { axis: 1 }),
    ];
    const turned = [
      withToken,
      onnxNode('Transpose', ['all'], 'tokens.first', { perm: [1, 0, 2] }),
      onnxNode('Add', ['tokens.first', 'shift'], 'shifted'),
      onnxNode('Transpose', ['shifted'], 'after', { perm: [1, 0, 2] }),
    ];
    for (const nodes of [[withToken, ...block], registers, turned]) {
      const { size, note, parameters } = await open(
        [...nodes, norm('after', 'last_hidden_state')],
        ['last_hidden_state'],
      );
      assert.equal(size, 4);
      assert.match(note, /the first of its tokens, which is a class token, "last_hidden_state" \[\d+,4\]/);
      assert.ok(parameters.includes('token'));
    }
  });

  test('whose tokens are patches alone: their mean, as of maps', async () => {
    const patches = [withToken, onnxNode('Slice', ['all', 'second', 'most', 'second'], 'after')];
    for (const nodes of [patches, [onnxNode('Add', ['patches', 'shift'], 'after')]]) {
      const { note } = await open([...nodes, norm('after', 'last_hidden_state')], ['last_hidden_state']);
      assert.match(note, /the mean of its tokens, none of which is a class token, .* \[36,4\]/);
    }
    const { note, size } = await open(
      [onnxNode('Relu', ['maps'], 'last_hidden_state')],
      ['last_hidden_state'],
    );
    assert.equal(size, 4);
    assert.match(note, /the mean of its maps, "last_hidden_state" \[4,6,6\]/);
  });

  test('that gives one vector by a usual name beside its tokens: that, a linear layer or not', async () => {
    const tokens = [withToken, ...block, norm('after', 'last_hidden_state')];
    const own = onnxNode('Gather', ['last_hidden_state', 'zero'], 'own', { axis: 1 });
    for (const name of ['pooler_output', 'image_embeds'])
      for (const outputs of [
        ['last_hidden_state', name],
        [name, 'last_hidden_state'],
      ]) {
        const { note, parameters } = await open(
          [...tokens, own, onnxNode('Gemm', ['own', 'w'], name)],
          outputs,
        );
        assert.match(note, new RegExp(`its output, "${name}" \\[4\\]`));
        assert.ok(parameters.includes('w'));
      }
  });

  test('is no classifier with a second output called like features', () => {
    const nodes = [...pooledMaps, onnxNode('Gemm', ['f', 'w', 'b'], 'z'), norm('f', 'features')];
    const { network } = importFile(fileOf(nodes, ['z', 'features']), { name: 'model.onnx' });
    assert.deepEqual(network.pretrainedHead?.classes.length, 4);
    assert.equal(network.notes, undefined);
  });

  test('is refused where two readings are as likely', () => {
    assert.match(
      refused(
        [...pooledMaps, norm('f', 'pooled'), norm('pooled', 'image_embeds')],
        ['pooled', 'image_embeds'],
      ),
      /several values that may be its features: pooled, image_embeds/,
    );
    // The token is stored, but what happens between is not followed.
    const mixed = [withToken, onnxNode('Softmax', ['all'], 'after', { axis: 1 })];
    assert.match(
      refused([...mixed, norm('after', 'last_hidden_state')], ['last_hidden_state']),
      /"last_hidden_state" is \[2,37,4\].* either the first of them \(a class token\) or their mean/,
    );
    // A classifier with a ReLU, or an encoder's last layer.
    refused([
      onnxNode('Conv', ['maps', 'fine'], 'c'),
      onnxNode('Relu', ['c'], 'r'),
      onnxNode('GlobalAveragePool', ['r'], 'y'),
    ]);
    refused([...pooledMaps, onnxNode('Gemm', ['f', 'w'], 'z'), onnxNode('Relu', ['z'], 'y')]);
    // Channels last.
    const last = [onnxNode('Transpose', ['maps'], 'turned', { perm: [0, 2, 3, 1] }), norm('turned', 'y')];
    assert.match(refused(last), /\[2,6,6,4\]/);
  });
});
