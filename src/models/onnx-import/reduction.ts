import { reduceMax } from '../../graph/operators/reduce-max.js';
import { reduceMean } from '../../graph/operators/reduce-mean.js';
import { reduceSum } from '../../graph/operators/reduce-sum.js';
import { reshape } from '../../graph/operators/reshape.js';
import type { Value } from '../../graph/value.js';
import { type Builder, weightless } from './builder.js';

export const reduction = {
  ReduceMax: reduce(reduceMax),
  ReduceMean: reduce(reduceMean),
  ReduceSum: reduce(reduceSum),
} satisfies Readonly<Record<string, Builder>>;

function reduce(operator: (x: Value, axes?: readonly number[]) => Value): Builder {
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
