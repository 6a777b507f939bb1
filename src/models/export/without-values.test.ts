import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32 } from '../../graph/tensor.js';
import { cifarResNet } from '../../nn/cifar-resnet.js';
import { withoutValues } from '../../nn/without-values.js';
import { exportOnnx } from './onnx.js';

const network = cifarResNet(8, { seed: 1 });
const head = {
  weight: float32([2, network.featureSize], new Float32Array(2 * network.featureSize)),
  bias: float32([2], [0, 0]),
  classes: ['a', 'b'],
};

test('a network without values has its names and shapes, and its graph', () => {
  const empty = withoutValues(network);
  const shapes = ({ parameters, buffers }: typeof network) => [
    ...[...parameters].map(([name, { kind, tensor }]) => [name, kind, tensor.shape]),
    ...[...buffers].map(([name, { shape }]) => [name, shape]),
  ];
  assert.deepEqual(shapes(empty), shapes(network));
  const tensors = new Map([
    ...[...network.parameters].map(([name, { tensor }]) => [name, tensor] as const),
    ...network.buffers,
  ]);
  assert.deepEqual(exportOnnx({ network: empty, head, tensors }), exportOnnx({ network, head }));
});

test('it is never written without values', () => {
  assert.throws(() => exportOnnx({ network: withoutValues(network), head }), /0 elements/);
});
