import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runGraph } from '../../test/helpers/run-graph.js';
import { drawSample } from '../../test/helpers/samples.js';
import { at } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { float32 } from '../graph/tensor.js';
import { input, topologicalOrder } from '../graph/value.js';
import { nodeDriver } from '../runtime/node.js';
import { mapDots, mapSums } from './blocked-sums.js';
import { blockChannels } from './operators/block-channels.js';

const block = (await nodeDriver.channelBlock('cpu')) ?? 8;
const hasBlocks = (await nodeDriver.channelBlock('cpu')) !== undefined;

/** Of the maps that a sum adds one after the other. */
function longestSegment(side: number): number {
  const x = input('x', { dtype: 'float32', shape: [1, block, side, side] });
  const nodes = topologicalOrder([mapSums(blockChannels(x, block), block, 'channels')]);
  return Math.max(
    ...nodes.flatMap(({ operator, inputs }) =>
      operator.name === 'BlockedMean' ? [at(at(inputs, 0).shape, 3)] : [],
    ),
  );
}

test('few pixels are added one after the other, where their number divides', () => {
  assert.equal(longestSegment(8), 64);
  for (const side of [14, 28, 56, 112, 13 * 2]) assert.ok(longestSegment(side) <= 32, `of ${side}`);
  // The square of a prime divides by it alone.
  assert.equal(longestSegment(113), 113);
});

test('sums of many pixels keep their digits', {
  skip: hasBlocks ? false : 'no blocked layout here',
}, async () => {
  const shape = [2, block, 112, 112];
  // All of one sign, so that a sum grows, and each addition is rounded at its size.
  const data = Float32Array.from(drawSample({ shape }, 1), (one) => Math.abs(one) + 0.5);
  const x = blockChannels(input('x', { dtype: 'float32', shape }), block);
  const outputs = [mapSums(x, block, 'channels'), mapSums(x, block, 'images'), mapDots(x, x, block)];
  const expected = interpret(outputs, new Map([['x', Float64Array.from(data)]]));
  const found = await runGraph(nodeDriver, 'cpu', outputs, new Map([['x', float32(shape, data)]]));
  for (const [i, { data: sums }] of found.entries())
    for (const [j, sum] of sums.entries()) {
      const exact = at(at(expected, i), j);
      assert.ok(Math.abs(Number(sum) / exact - 1) < 1e-6, `output ${i}: ${sum}, not ${exact}`);
    }
});
