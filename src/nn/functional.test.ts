import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32, int32 } from '../graph/tensor.js';
import { constant, input } from '../graph/value.js';
import { crossEntropy, linear, oneHot } from './functional.js';

const x = input('x', { dtype: 'float32', shape: [4, 3] });
const weight = input('weight', { dtype: 'float32', shape: [5, 3] });

test('a linear layer keeps all axes but the last', () => {
  const tokens = input('tokens', { dtype: 'float32', shape: [2, 7, 3] });
  assert.deepEqual(linear(x, weight).shape, [4, 5]);
  assert.deepEqual(linear(tokens, weight).shape, [2, 7, 5]);
});

test('operands of other shapes are refused in the words of who wrote them', () => {
  const refused = (build: () => unknown, message: RegExp) =>
    assert.throws(build, ({ code, message: text, hint }) => {
      assert.match(String(code), /^graph\.(shape|operand)$/);
      assert.match(String(text), message);
      assert.match(String(hint), /./);
      return true;
    });
  const transposed = input('transposed', { dtype: 'float32', shape: [3, 5] });
  const vector = input('vector', { dtype: 'float32', shape: [3] });
  refused(() => linear(x, transposed), /linear: \[4,3\] does not end in the 5 inputs of its weight \[3,5\]/);
  refused(() => linear(x, vector), /the weight of linear/);
  refused(() => Reflect.apply(linear, null, [x]), /linear: its second operand is undefined/);
  refused(() => Reflect.apply(oneHot, null, [undefined, 3]), /oneHot: its first operand is undefined/);
  refused(() => oneHot(constant(int32([2, 1], [0, 1])), 3), /the labels of oneHot/);
  refused(() => crossEntropy(vector, vector), /the logits of crossEntropy/);
  refused(() => float32([2, 3], [1, 2]), /float32: 2 numbers for the shape \[2,3\], which has 6/);
  refused(() => int32([], [1, 2]), /int32: 2 numbers for the shape \[\], which has 1/);
});
