import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorOf } from '../../../test/helpers/lcg.js';
import { type FileAttribute, int64Tensor, onnxFile } from '../../../test/helpers/onnx-fixtures.js';
import type { Shape, Tensor } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import { recordingScope } from '../../nn/scope.js';
import { importFile } from '../onnx-import.js';
import { checkAgainstFile } from '../self-check.js';

const random = (seed: number, shape: Shape) => tensorOf({ shape, seed, scale: 0.3, offset: 0 });

/** The rows of each image [3,8,8] in sequence, and all states that they lead to. */
function fileOf(
  attributes: Readonly<Record<string, FileAttribute>> = {},
  more: Readonly<Record<number, Tensor>> = {},
): Uint8Array {
  const named = Array.from({ length: 8 }, (_, i) => (more[i] === undefined ? '' : `input${i}`));
  const given = Object.entries(more).map(([i, tensor]): [string, Tensor] => [`input${i}`, tensor]);
  return onnxFile({
    nodes: [
      { type: 'Transpose', inputs: ['x'], outputs: ['rows'], attributes: { perm: [2, 0, 1, 3] } },
      { type: 'Reshape', inputs: ['rows', 'sequence'], outputs: ['sequences'] },
      {
        type: 'LSTM',
        inputs: ['sequences', 'w', 'r', 'b', ...named.slice(4)],
        outputs: ['states', '', 'cell'],
        attributes: { hidden_size: 4, ...attributes },
      },
      { type: 'Transpose', inputs: ['states'], outputs: ['own'], attributes: { perm: [2, 0, 1, 3] } },
      { type: 'Flatten', inputs: ['own'], outputs: ['f'] },
      { type: 'Gemm', inputs: ['f', 'fc', 'fc.bias'], outputs: ['logits'] },
    ],
    initializers: {
      sequence: int64Tensor([8, -1, 24]),
      w: random(1, [1, 16, 24]),
      r: random(2, [1, 16, 4]),
      b: random(3, [1, 32]),
      fc: random(4, [32, 5]),
      'fc.bias': random(5, [5]),
      ...Object.fromEntries(given),
    },
    inputs: { x: ['batch', 3, 8, 8] },
    outputs: ['logits'],
  });
}

const open = (bytes: Uint8Array) => importFile(bytes, { name: 'model.onnx' });

test('a recurrence is trained: its weights are parameters, and it gives what its file gives', async () => {
  const bytes = fileOf();
  const imported = open(bytes);
  assert.deepEqual(
    [...imported.network.parameters].map(([name, { kind }]) => [name, kind]),
    [
      ['w', 'weight'],
      ['r', 'weight'],
      ['b', 'bias'],
    ],
  );
  const { network } = imported;
  const scope = recordingScope(network, { training: false });
  network.features(input('images', { dtype: 'float32', shape: [8, 3, 8, 8] }), scope);
  assert.equal(scope.featureMaps.size, 0);
  await checkAgainstFile(imported, { bytes }, 1);
});

test('what an LSTM may have besides is refused by its name', () => {
  const refused = (bytes: Uint8Array, what: RegExp) =>
    assert.throws(() => open(bytes), { code: 'model.unsupported-operator', message: what });
  refused(fileOf({ clip: { float: 1 } }), /LSTM .* has the attribute clip/);
  refused(fileOf({ layout: 1 }), /has the attribute layout/);
  refused(fileOf({ input_forget: 1 }), /has the attribute input_forget/);
  refused(fileOf({}, { 4: int64Tensor([8, 3]) }), /has sequence_lens/);
  refused(fileOf({}, { 7: random(6, [1, 12]) }), /has peepholes/);
  assert.throws(() => open(fileOf({ direction: 'sideways' })), { code: 'model.invalid-node' });
});
