import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniform } from '../../../test/helpers/lcg.js';
import { type OnnxFileNode, onnxFile } from '../../../test/helpers/onnx-fixtures.js';
import { input } from '../../graph/value.js';
import { recordingScope } from '../../nn/scope.js';
import { importOnnx } from '../onnx-import.js';

test('tokens of a transformer that lie in a grid are its feature maps, in rows', () => {
  const block = (i: number): OnnxFileNode[] => [
    { type: 'MatMul', inputs: [`t${i}`, 'square'], outputs: [`m${i}`] },
    { type: 'Add', inputs: [`t${i}`, `m${i}`], outputs: [`t${i + 1}`] },
  ];
  const bytes = onnxFile({
    nodes: [
      { type: 'Conv', inputs: ['x', 'patch'], outputs: ['maps'], attributes: { strides: [4, 4] } },
      { type: 'Transpose', inputs: ['maps'], outputs: ['t0'], attributes: { perm: [0, 2, 3, 1] } },
      ...[0, 1, 2, 3].flatMap(block),
      { type: 'ReduceMean', inputs: ['t4'], outputs: ['f'], attributes: { axes: [1, 2], keepdims: 0 } },
      { type: 'Gemm', inputs: ['f', 'head'], outputs: ['y'] },
    ],
    initializers: {
      patch: uniform(1, [6, 3, 4, 4]),
      square: uniform(2, [6, 6]),
      head: uniform(3, [6, 3]),
    },
    inputs: { x: ['batch', 3, 16, 16] },
    outputs: ['y'],
  });
  const network = importOnnx(bytes, { name: 'model.onnx' });
  const scope = recordingScope(network, { training: false });
  network.features(input('images', { dtype: 'float32', shape: [2, 3, 16, 16] }), scope);
  assert.deepEqual(
    [...scope.featureMaps].map(([name, { shape }]) => [name, shape]),
    [1, 2, 3, 4].map((i) => [`stage${i}`, [2, 16, 6]]),
  );
});
