import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, conv, matmul, reshape } from '../src/graph/ops.js';
import { input } from '../src/graph/value.js';
import { nodeCosts } from './node-costs.js';

const tensor = (name: string, ...shape: readonly number[]) => input(name, { dtype: 'float32', shape });

test('a product has two operations for each multiply-add, and reads and writes each tensor once', () => {
  const [a, b] = [tensor('a', 3, 4), tensor('b', 4, 5)];
  assert.deepEqual(nodeCosts([matmul(a, b)]), [
    { flops: 2 * 3 * 4 * 5, inBlocks: false, bytes: 4 * (12 + 20 + 15) },
  ]);
});

test('a convolution counts what each window multiplies', () => {
  const x = tensor('x', 2, 6, 8, 8);
  const w = tensor('w', 4, 3, 3, 3);
  const y = conv(x, w, undefined, { strides: [2, 2], dilations: [1, 1], group: 2, pads: [1, 1, 1, 1] });
  assert.deepEqual(nodeCosts([y]), [
    { flops: 2 * (2 * 4 * 4 * 4) * (3 * 9), inBlocks: false, bytes: 4 * (2 * 6 * 64 + 4 * 27 + 2 * 4 * 16) },
  ]);
});

test('another shape costs nothing, and an operand that is read twice is read once', () => {
  const x = tensor('x', 6);
  assert.deepEqual(nodeCosts([add(reshape(x, [2, 3]), reshape(x, [2, 3]))]), [
    { flops: 0, inBlocks: false, bytes: 4 * (6 + 6) },
  ]);
  assert.deepEqual(nodeCosts([add(x, x)]), [{ flops: 0, inBlocks: false, bytes: 4 * (6 + 6) }]);
});
