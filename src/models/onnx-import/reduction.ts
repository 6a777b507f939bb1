import { abs } from '../../graph/operators/abs.js';
import { div } from '../../graph/operators/div.js';
import { max } from '../../graph/operators/max.js';
import { mul } from '../../graph/operators/mul.js';
import { neg } from '../../graph/operators/neg.js';
import { reduceMax } from '../../graph/operators/reduce-max.js';
import { reduceMean } from '../../graph/operators/reduce-mean.js';
import { reduceSum } from '../../graph/operators/reduce-sum.js';
import { reshape } from '../../graph/operators/reshape.js';
import { sqrt } from '../../graph/operators/sqrt.js';
import type { Value } from '../../graph/value.js';
import { type Builder, weightless } from './builder.js';

/** Over axes, which keep size 1. */
type Reduction = (x: Value, axes: readonly number[]) => Value;

export const reduction = {
  LpNormalization: weightless((node) => {
    const x = node.value(0);
    const axes = [node.axis(node.int('axis', -1), x.shape.length)];
    const p = node.int('p', 2);
    if (p !== 1 && p !== 2) throw node.invalid(`has p = ${p}`);
    return div(x, p === 1 ? absoluteSum(x, axes) : euclidean(x, axes));
  }),
  ReduceL1: reduce(absoluteSum),
  ReduceL2: reduce(euclidean),
  ReduceMax: reduce(reduceMax),
  ReduceMean: reduce(reduceMean),
  ReduceMin: reduce((x, axes) => neg(reduceMax(neg(x), axes))),
  ReduceSum: reduce(reduceSum),
  ReduceSumSquare: reduce(squares),
} satisfies Readonly<Record<string, Builder>>;

function reduce(operator: Reduction): Builder {
  return weightless((node) => {
    const x = node.value(0);
    const given = node.optionalIntsOrInput('axes', 1) ?? [];
    if (given.length === 0 && node.int('noop_with_empty_axes', 0) === 1) return x;
    const axes = given.map((axis) => node.axis(axis, x.shape.length));
    const reduced = given.length === 0 ? [...x.shape.keys()] : axes;
    const kept = operator(x, reduced);
    if (node.int('keepdims', 1) === 1) return kept;
    return reshape(
      kept,
      x.shape.filter((_, axis) => !reduced.includes(axis)),
    );
  });
}

function absoluteSum(x: Value, axes: readonly number[]): Value {
  return reduceSum(abs(x), axes);
}

function squares(x: Value, axes: readonly number[]): Value {
  return reduceSum(mul(x, x), axes);
}

/** The square of the least length: far below any that matters, and large enough for 1 / length to be a number. */
const LEAST = 1e-30;

/** At the least length the gradient is 0, as torch's is at 0. */
function euclidean(x: Value, axes: readonly number[]): Value {
  return sqrt(max(squares(x, axes), LEAST));
}
