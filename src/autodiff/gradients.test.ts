import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interpret } from '../graph/interpret.js';
import type { Primitive } from '../graph/operator.js';
import { add } from '../graph/operators/add.js';
import { batchNormTraining } from '../graph/operators/batch-norm-training.js';
import { cast } from '../graph/operators/cast.js';
import { exp } from '../graph/operators/exp.js';
import { GatherGradient } from '../graph/operators/gather-gradient.js';
import { greater } from '../graph/operators/greater.js';
import { mul } from '../graph/operators/mul.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { stopGradient } from '../graph/operators/stop-gradient.js';
import { float32, int32 } from '../graph/tensor.js';
import { apply, constant, input, topologicalOrder, type Value } from '../graph/value.js';
import { gradients } from './gradients.js';

const number = { dtype: 'float32', shape: [] } as const;
const x = input('x', number);
const at = (value: number) => new Map([['x', Float64Array.of(value)]]);
const evaluate = (value: ReturnType<typeof input>, point: number) => interpret([value], at(point))[0]?.[0];

test('contributions of several uses add up: d(x x + x)/dx = 2x + 1', () => {
  const [gradient = x] = gradients(add(mul(x, x), x), [x]);
  assert.equal(evaluate(gradient, 3), 7);
});

test('what broadcasting repeated is summed, over leading axes and over axes of size 1', () => {
  const row = input('x', { dtype: 'float32', shape: [3, 1] });
  const table = input('y', { dtype: 'float32', shape: [2, 3, 4] });
  const loss = reshape(reduceSum(mul(row, table)), []);
  const [gradient = row] = gradients(loss, [row]);
  assert.deepEqual(gradient.shape, [3, 1]);
  const y = Float64Array.from({ length: 24 }, (_, i) => i);
  const [sums] = interpret([gradient], new Map([['y', y]]));
  // Row r of both tables: 4r .. 4r + 3 and 12 more of each.
  assert.deepEqual(
    [...(sums ?? [])],
    [0, 1, 2].map((r) => 2 * (16 * r + 6) + 48),
  );
});

test('a constant to differentiation passes nothing: d(sg(x) x)/dx = x', () => {
  const [gradient = x] = gradients(mul(stopGradient(x), x), [x]);
  assert.equal(evaluate(gradient, 5), 5);
});

test('a target that the loss does not depend on gets zeros, and no node is made for it', () => {
  const other = input('other', { dtype: 'float32', shape: [2] });
  const [gradient = x] = gradients(exp(x), [other]);
  assert.deepEqual(interpret([gradient])[0], new Float64Array(2));
  assert.equal(topologicalOrder([gradient]).length, 0);
});

test('the walk is pruned: rules of branches without a target are never asked', () => {
  // GatherGradient refuses to be differentiated, and lies on a branch that leads to no target.
  const y = input('y', { dtype: 'float32', shape: [1] });
  const loss = add(mul(x, x), refusing(y));
  assert.equal(evaluate(gradients(loss, [x])[0] ?? x, 2), 4);
  assert.throws(() => gradients(loss, [x, y]), /GatherGradient has no gradient/);
});

test('a gradient that does not exist is an error that names the operator, its input and the way from the loss', () => {
  const y = input('y', { dtype: 'float32', shape: [1] });
  assert.throws(() => gradients(mul(exp(refusing(y)), x), [y]), {
    code: 'graph.no-gradient',
    message:
      'GatherGradient has no gradient with respect to its input 0 (y): second derivatives through it are not ' +
      'supported. The way from the loss: Mul < Exp < Reshape < GatherGradient',
  });
  // Between the loss and the refusing node lie 40 exponentials and a reshape.
  let long = refusing(exp(y));
  for (let i = 0; i < 40; i++) long = exp(long);
  assert.throws(() => gradients(long, [y]), {
    message:
      /its input 0: .*loss: Exp < Exp < Exp < Exp < \(34 more\) < Exp < Exp < Reshape < GatherGradient$/,
  });
});

test('as the hint says, a refusing operator takes what is a constant to differentiation', () => {
  const y = input('y', { dtype: 'float32', shape: [1] });
  const loss = mul(x, refusing(stopGradient(mul(y, x))));
  const [toX = x, toY = y] = gradients(loss, [x, y]);
  assert.equal(interpret([toX], new Map([...at(3), ['y', Float64Array.of(2)]]))[0]?.[0], 6);
  assert.equal(topologicalOrder([toY]).length, 0);
  // A comparison stops gradients too.
  const mask = cast(greater(y, 0), 'float32');
  const [toMasked = y] = gradients(mul(x, refusing(mask)), [y]);
  assert.deepEqual(interpret([toMasked])[0], Float64Array.of(0));
});

test('a rule that does not answer for every input is a bug that names its operator', () => {
  const Forgetful: Primitive<Record<never, never>, 'variadic', 1> = {
    kind: 'primitive',
    name: 'Forgetful',
    doc: '',
    infer: () => [number],
    gradient: ({ gradients: [dy] }) => [() => dy],
    evaluate: () => [Float64Array.of(0)],
    emit: (e, inputs) => e.op('Forgetful', inputs),
    samples: [],
  };
  const [y] = apply(Forgetful, [x, x], {});
  assert.throws(() => gradients(y, [x]), /gradient rule of Forgetful answers for 1 of its 2 inputs/);
});

test("a network can be trained through a batch's statistics: d variance / dx", () => {
  const map = input('map', { dtype: 'float32', shape: [2, 1, 1, 2] });
  const ones = constant(float32([1], [1]));
  const [, mean, variance] = batchNormTraining(map, { scale: ones, bias: ones }, 1e-5);
  const [gradient = map] = gradients(reshape(add(variance, mul(mean, 3)), []), [map]);
  // (2 (x - 3) + 3) / 4
  const [values] = interpret([gradient], new Map([['map', Float64Array.of(1, 2, 3, 6)]]));
  assert.deepEqual(values, Float64Array.of(-0.25, 0.25, 0.75, 2.25));
});

test('a chain of ten thousand nodes does not overflow the stack', () => {
  let y = x;
  for (let i = 0; i < 10_000; i++) y = add(y, 0.5);
  assert.equal(evaluate(gradients(y, [x])[0] ?? x, 1), 1);
});

test('a loss that is not one number is refused', () => {
  assert.throws(() => gradients(input('v', { dtype: 'float32', shape: [2] }), [x]), /scalar/);
});

/** A scalar made of v [1] by an operator that refuses to be differentiated. */
function refusing(v: Value): Value {
  const indices = constant(int32([1], [0]));
  const [y] = apply(GatherGradient, [v, indices], { axis: 0, shape: [1] });
  return reshape(y, []);
}
