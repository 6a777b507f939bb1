import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Shape } from '../../../graph/tensor.js';
import { largestPairs } from './neighbours.js';
import { roundHalfToEven } from './round.js';
import { quantizeWeights } from './weights.js';

const tensor = (shape: Shape, ...data: readonly number[]) => ({ shape, data: Float64Array.from(data) });

test('halves are rounded to even numbers', () => {
  const rounded = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49, -3.51].map((x) => roundHalfToEven(x) + 0);
  assert.deepEqual(rounded, [0, 2, 2, 0, -2, -2, 0, -4]);
});

test('each output of a depthwise convolution has its largest weight at 127', () => {
  const { weight, scale, bias } = quantizeWeights({
    weight: tensor([2, 1, 1, 2], 1, -2, 0.25, 0.5),
    axis: 0,
    depthwise: true,
    bias: tensor([2], 1, -0.5),
    inputScale: 0.5,
  });
  assert.deepEqual(Array.from(weight.data), [64, -127, 64, 127]);
  assert.deepEqual(scale.data, Float32Array.of(2 / 127, 0.5 / 127));
  assert.deepEqual(Array.from(bias?.data ?? []), [127, -254]);
});

test('columns of a matrix have scales of their own, by pairs of neighbours of one sign', () => {
  const { weight, scale } = quantizeWeights({
    weight: tensor([3, 2], 1, 4, 3, -2, -8, 0.5),
    axis: 1,
    depthwise: false,
    bias: undefined,
    inputScale: 1,
  });
  // Column 0: 1 + 3, and 8 alone. Column 1: 4 alone.
  assert.deepEqual(scale.data, Float32Array.of(8 / 127, 4 / 127));
  assert.deepEqual(Array.from(weight.data), [16, 127, 48, -64, -127, 16]);
});

test('neighbours of a kernel are channels at one position', () => {
  // Two channels, two positions: in memory by channel, in the runtime by position.
  const weight = tensor([1, 2, 1, 2], 1, 10, 2, 20);
  assert.deepEqual(Array.from(largestPairs(weight, 0)), [30]);
  assert.deepEqual(Array.from(largestPairs(tensor([1, 2, 1, 2], 1, -10, 20, 2), 0)), [21]);
});

test('two neighbours never make more than 128, and a bias is exact to half its step', () => {
  const numbers = Array.from({ length: 600 }, (_, i) => Math.sin(i * i) * (1 + (i % 7)));
  const { weight, scale } = quantizeWeights({
    weight: tensor([2, 300], ...numbers),
    axis: 0,
    depthwise: false,
    bias: undefined,
    inputScale: 1,
  });
  weight.data.forEach((q, i) => {
    const next = weight.data[i + 1] ?? 0;
    if ((i + 1) % 300 !== 0 && q * next > 0) assert.ok(Math.abs(q + next) <= 128);
    const step = scale.data[Math.floor(i / 300)] ?? 0;
    assert.ok(Math.abs(q * step - (numbers[i] ?? 0)) <= step * 0.50001);
  });
});

test('weights that are all zero, and a bias far larger than what enters, are kept', () => {
  const { weight, scale, bias } = quantizeWeights({
    weight: tensor([2, 2], 0, 0, 1e-9, -1e-9),
    axis: 0,
    depthwise: false,
    bias: tensor([2], 0, 1000),
    inputScale: 1e-6,
  });
  assert.deepEqual(Array.from(weight.data.subarray(0, 2)), [0, 0]);
  assert.ok(scale.data.every((step) => step > 0));
  const [, step = 0] = scale.data;
  assert.ok(Math.abs((bias?.data[1] ?? 0) * step * 1e-6 - 1000) < 1e-3);
});
