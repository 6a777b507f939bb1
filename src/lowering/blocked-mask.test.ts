import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runGraph } from '../../test/helpers/run-graph.js';
import { at } from '../errors.js';
import { within } from '../graph/operators/within.js';
import { float32 } from '../graph/tensor.js';
import { input, topologicalOrder } from '../graph/value.js';
import { nodeDriver } from '../runtime/node.js';
import { canMask } from './blocked-mask.js';
import { lower } from './lower.js';

const block = await nodeDriver.channelBlock('cpu');
const skip = block === undefined ? 'no blocked layout here' : false;

/** Neighbours of a number in single precision, and it. */
function around(x: number): number[] {
  const ulp = 2 ** (Math.floor(Math.log2(Math.abs(x) || 1)) - 23);
  return x === 0 ? [-1e-30, -(2 ** -70), 0, 2 ** -70, 1e-3] : [x - ulp / 2, x - ulp, x, x + ulp];
}

for (const [low, high] of [
  [0, 6],
  [-3, 3],
  [0, 1],
  [-2.5, -0.5],
] as const)
  test(`the mask of (${low}, ${high}) is exact next to its edges and far away`, { skip }, async () => {
    const numbers = [...around(low), ...around(high), 1e6, -1e6, 2 ** 45, -(2 ** 45), (low + high) / 2];
    const channels = block ?? 0;
    const data = Float32Array.from({ length: channels * 16 }, (_, i) => at(numbers, i % numbers.length));
    const x = input('x', { dtype: 'float32', shape: [1, channels, 4, 4] });
    const mask = within(x, low, high);
    const lowered = lower([mask], { device: 'cpu', channelBlock: block });
    assert.ok(topologicalOrder(lowered).some(({ operator }) => operator.name === 'BlockedConv'));
    const [result] = await runGraph(nodeDriver, 'cpu', [mask], new Map([['x', float32(x.shape, data)]]));
    result?.data.forEach((one, i) => {
      const value = at(data, i);
      assert.equal(one, Number(value > low && value < high), `of ${value}`);
    });
  });

test('edges that the ramps cannot tell apart are left to comparisons', () => {
  assert.equal(canMask(0, 6), true);
  for (const [low, high] of [
    [-2.5, 0],
    [0, 2 ** -11],
    [0, 100],
    [0, 0.1],
  ] as const)
    assert.equal(canMask(low, high), false);
});
