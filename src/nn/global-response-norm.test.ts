import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runGraph } from '../../test/helpers/run-graph.js';
import { gradients } from '../autodiff/gradients.js';
import { at } from '../errors.js';
import { mul, reduceSum, reshape } from '../graph/ops.js';
import { float32 } from '../graph/tensor.js';
import { input } from '../graph/value.js';
import { nodeDriver } from '../runtime/node.js';
import { globalResponseNorm } from './global-response-norm.js';
import { recordingScope } from './scope.js';

test('a channel that is 0 everywhere stays 0, and has a gradient that is a number', async () => {
  const [weight, bias] = [float32([2], [2, 3]), float32([2], [0.5, 0])];
  const network = {
    name: 'norm',
    parameters: new Map([
      ['grn.weight', { kind: 'norm', tensor: weight } as const],
      ['grn.bias', { kind: 'norm', tensor: bias } as const],
    ]),
    buffers: new Map(),
  };
  // Two places with the channels (3, 0) and (4, 0): the norms are 5 and 0, their mean 2.5.
  const images = float32([1, 1, 2, 2], [3, 0, 4, 0]);
  const x = input('x', images);
  const y = globalResponseNorm(recordingScope(network, { training: true }), x, 'grn');
  const [dx] = gradients(reshape(reduceSum(mul(y, y)), []), [x]);
  assert.ok(dx !== undefined);
  const feeds = new Map([
    ['x', images],
    ['grn.weight', weight],
    ['grn.bias', bias],
  ]);
  const results = await runGraph(nodeDriver, 'cpu', [y, dx], feeds);
  const expected = [3 + 2 * 3 * 2 + 0.5, 0, 4 + 2 * 4 * 2 + 0.5, 0];
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(Number(at(results, 0).data[i]) - value) < 1e-4);
  assert.ok([...at(results, 1).data].every((value) => Number.isFinite(Number(value))));
});
