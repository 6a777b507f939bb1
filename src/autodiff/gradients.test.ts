import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interpret } from '../graph/interpret.js';
import { add } from '../graph/operators/add.js';
import { exp } from '../graph/operators/exp.js';
import { GatherGradient } from '../graph/operators/gather.js';
import { mul } from '../graph/operators/mul.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { stopGradient } from '../graph/operators/stop-gradient.js';
import { apply, input, scalar, topologicalOrder } from '../graph/value.js';
import { gradients } from './gradients.js';

const number = { dtype: 'float32', shape: [] } as const;
const x = input('x', number);
const at = (value: number) => new Map([['x', Float64Array.of(value)]]);
const evaluate = (value: ReturnType<typeof input>, point: number) => interpret([value], at(point))[0]?.[0];

test('contributions of several uses add up: d(x x + x)/dx = 2x + 1', () => {
  const [slope = x] = gradients(add(mul(x, x), x), [x]);
  assert.equal(evaluate(slope, 3), 7);
});

test('what broadcasting repeated is summed, over leading axes and over axes of size 1', () => {
  const row = input('x', { dtype: 'float32', shape: [3, 1] });
  const table = input('y', { dtype: 'float32', shape: [2, 3, 4] });
  const loss = reshape(reduceSum(mul(row, table)), []);
  const [slope = row] = gradients(loss, [row]);
  assert.deepEqual(slope.shape, [3, 1]);
  const y = Float64Array.from({ length: 24 }, (_, i) => i);
  const [sums] = interpret([slope], new Map([['y', y]]));
  // Row r of both tables: 4r .. 4r + 3 and 12 more of each.
  assert.deepEqual(
    [...(sums ?? [])],
    [0, 1, 2].map((r) => 2 * (16 * r + 6) + 48),
  );
});

test('a constant to differentiation passes nothing: d(sg(x) x)/dx = x', () => {
  const [slope = x] = gradients(mul(stopGradient(x), x), [x]);
  assert.equal(evaluate(slope, 5), 5);
});

test('a target that the loss does not depend on gets zeros, and no node is made for it', () => {
  const other = input('other', { dtype: 'float32', shape: [2] });
  const [slope = x] = gradients(exp(x), [other]);
  assert.deepEqual(interpret([slope])[0], new Float64Array(2));
  assert.equal(topologicalOrder([slope]).length, 0);
});

test('the walk is pruned: rules of branches without a target are never asked', () => {
  // GatherGradient refuses to be differentiated, and lies on a branch that leads to no target.
  const indices = input('i', { dtype: 'int32', shape: [1] });
  const y = input('y', { dtype: 'float32', shape: [1] });
  const [refusing] = apply(GatherGradient, [y, indices], { axis: 0, shape: [1] });
  const loss = add(mul(x, x), reshape(refusing, []));
  assert.equal(evaluate(gradients(loss, [x])[0] ?? x, 2), 4);
  assert.throws(() => gradients(loss, [x, y]), /second derivatives/);
});

test('a chain of ten thousand nodes does not overflow the stack', () => {
  let y = x;
  for (let i = 0; i < 10_000; i++) y = add(y, scalar(0.5));
  assert.equal(evaluate(gradients(y, [x])[0] ?? x, 1), 1);
});

test('a loss that is not one number is refused', () => {
  assert.throws(() => gradients(input('v', { dtype: 'float32', shape: [2] }), [x]), /scalar/);
});
