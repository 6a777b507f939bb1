import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradients } from '../../autodiff/gradients.js';
import { interpret } from '../interpret.js';
import { input, type Value } from '../value.js';
import { abs } from './abs.js';
import { max } from './max.js';
import { maxPool } from './max-pool.js';
import { min } from './min.js';
import { reduceMax } from './reduce-max.js';
import { reduceSum } from './reduce-sum.js';
import { relu } from './relu.js';

/** Of the sum of y with respect to its operands, where central differences say nothing. */
function slopes(operator: (x: Value, y: Value) => Value, a: readonly number[], b: readonly number[] = a) {
  const x = input('x', { dtype: 'float32', shape: [1, 1, 1, a.length] });
  const y = input('y', { dtype: 'float32', shape: [1, 1, 1, b.length] });
  const feeds = new Map([
    ['x', Float64Array.from(a)],
    ['y', Float64Array.from(b)],
  ]);
  const slopes = gradients(reduceSum(operator(x, y)), [x, y]);
  return interpret(slopes, feeds).map((slope) => [...slope]);
}

// As `torch.abs`, `torch.relu`, `torch.maximum`, `torch.minimum`, `torch.amax` and `torch.max_pool2d` do.
test('at its kink, the absolute value has no slope, and ReLU that of what is below', () => {
  assert.deepEqual(slopes(abs, [-1, 0, 2])[0], [-1, 0, 1]);
  assert.deepEqual(slopes(relu, [-1, 0, 2])[0], [0, 0, 1]);
});

test('equal operands share the gradient of the larger and of the smaller one', () => {
  assert.deepEqual(slopes(max, [1, 2, 3], [1, 3, 2]), [
    [0.5, 0, 1],
    [0.5, 1, 0],
  ]);
  assert.deepEqual(slopes(min, [1, 2, 3], [1, 3, 2]), [
    [0.5, 1, 0],
    [0.5, 0, 1],
  ]);
});

test('of a value with itself, the larger one has its gradient', () => {
  assert.deepEqual(slopes((x) => max(x, x), [1, -2])[0], [1, 1]);
});

test('the largest of several equal elements share the gradient of a maximum; in a window, the first has it', () => {
  assert.deepEqual(slopes((x) => reduceMax(x), [2, 1, 2, 0, 2, 2])[0], [0.25, 0, 0.25, 0, 0.25, 0.25]);
  const pooled = (x: Value) =>
    maxPool(x, { kernel: [1, 3], strides: [1, 3], pads: [0, 0, 0, 0], ceil: false });
  assert.deepEqual(slopes(pooled, [1, 2, 2, 0, 0, 0])[0], [0, 1, 0, 1, 0, 0]);
});
