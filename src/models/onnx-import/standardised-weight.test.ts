import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { uniform } from '../../../test/helpers/lcg.js';
import {
  classify,
  difference,
  int64Tensor,
  type OnnxFileNode,
  onnxFile,
} from '../../../test/helpers/onnx-fixtures.js';
import { float32, type Tensor } from '../../graph/tensor.js';
import { importFile } from '../onnx-import.js';
import { checkAgainstFile } from '../self-check.js';

const node = (type: string, inputs: string[], outputs: string[], attributes = {}): OnnxFileNode => ({
  type,
  inputs,
  outputs,
  attributes,
});
const kernel = uniform(1, [4, 3, 3, 3]);
const means = { axes: [0, 2], keepdims: 0 };

/** How two exporters of torch write a convolution whose weight is standardised, by a BatchNorm of the weight. */
const forms: Readonly<Record<string, readonly OnnxFileNode[]>> = {
  'in training mode, with statistics that are not used': [
    node('ReduceMean', ['earlier'], ['mean'], means),
    node('BatchNormalization', ['rows', 'ones', 'zeros', 'mean', 'mean'], ['standard', 'm', 'v'], {
      training_mode: 1,
    }),
  ],
  'with statistics that are computed': [
    node('ReduceMean', ['rows'], ['mean'], means),
    node('ReduceMean', ['rows'], ['kept'], { axes: [0, 2] }),
    node('Sub', ['rows', 'kept'], ['centred']),
    node('Mul', ['centred', 'centred'], ['squares']),
    node('ReduceMean', ['squares'], ['variance'], means),
    node('BatchNormalization', ['rows', 'ones', 'zeros', 'mean', 'variance'], ['standard']),
  ],
};

function fileOf(form: readonly OnnxFileNode[], weight: Tensor): Uint8Array {
  return onnxFile({
    opset: 15,
    nodes: [
      node('Reshape', ['kernel', 'as.rows'], ['rows']),
      ...form,
      node('Reshape', ['standard', 'as.kernel'], ['w']),
      node('Conv', ['x', 'w'], ['maps']),
      node('GlobalMaxPool', ['maps'], ['p']),
      node('Flatten', ['p'], ['f']),
      node('Gemm', ['f', 'head'], ['y']),
    ],
    initializers: {
      kernel: weight,
      earlier: uniform(2, [1, 4, 27]),
      ones: float32([4], [1, 1, 1, 1]),
      zeros: float32([4], [0, 0, 0, 0]),
      'as.rows': int64Tensor([1, 4, -1]),
      'as.kernel': int64Tensor([4, 3, 3, 3]),
      head: uniform(3, [4, 3]),
    },
    inputs: { x: ['batch', 3, 8, 8] },
    outputs: ['y'],
  });
}

describe('a weight that is standardised', () => {
  for (const [name, form] of Object.entries(forms))
    test(`is trained, and nothing beside it, ${name}`, async () => {
      const bytes = fileOf(form, kernel);
      const imported = importFile(bytes, { name: 'model.onnx' });
      const { network } = imported;
      assert.equal(imported.classifier.training, false);
      await checkAgainstFile(imported, { bytes }, 1);
      assert.deepEqual([...network.parameters.keys()], ['kernel']);
      assert.equal(network.parameters.get('kernel')?.kind, 'weight');
      assert.equal(network.buffers.size, 0);
      const moved = float32(
        kernel.shape,
        kernel.data.map((element) => 2 * element + 1),
      );
      const other = importFile(fileOf(form, moved), { name: 'model.onnx' }).network;
      const images = uniform(4, [2, 3, 8, 8]);
      const [before, after] = [await classify(network, images), await classify(other, images)];
      assert.ok(difference(after.features, before.features) < 1e-3);
    });
});
