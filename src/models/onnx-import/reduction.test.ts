import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onnxFile } from '../../../test/helpers/onnx-fixtures.js';
import { gradients } from '../../autodiff/gradients.js';
import { at } from '../../errors.js';
import { interpret } from '../../graph/interpret.js';
import { reduceSum } from '../../graph/operators/reduce-sum.js';
import { reshape } from '../../graph/operators/reshape.js';
import { input } from '../../graph/value.js';
import { recordingScope } from '../../nn/scope.js';
import { buildPart } from './build.js';
import { decodeOnnx } from './decode.js';
import { nodesFor } from './order.js';

test('the length of nothing is 0 and has no gradient, beside that of something', () => {
  const bytes = onnxFile({
    nodes: [{ type: 'ReduceL2', inputs: ['x'], outputs: ['y'], attributes: { axes: [1], keepdims: 0 } }],
    inputs: { x: [2, 2] },
    outputs: ['y'],
  });
  const model = decodeOnnx(bytes, 'model.onnx');
  const x = input('x', { dtype: 'float32', shape: [2, 2] });
  const network = { name: 'test', parameters: new Map(), buffers: new Map() };
  const part = { model, nodes: nodesFor('y', model), roles: new Map(), input: 'x', target: 'y' };
  const y = buildPart(part, x, recordingScope(network, { training: false }));
  const derived = gradients(reshape(reduceSum(y), []), [x]);
  const results = interpret([y, ...derived], new Map([['x', Float64Array.of(0, 0, 3, 4)]]));
  assert.ok(at(at(results, 0), 0) < 1e-12);
  assert.equal(at(at(results, 0), 1), 5);
  assert.deepEqual(
    [...at(results, 1)].map((g) => Number(g.toFixed(9))),
    [0, 0, 0.6, 0.8],
  );
});
