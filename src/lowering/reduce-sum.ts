import { matmul } from '../graph/operators/matmul.js';
import { ReduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { sameShape } from '../graph/tensor.js';
import { apply, scalar, type Value } from '../graph/value.js';
import { attentionDots } from './attention-dots.js';
import { crossovers } from './crossovers.js';
import type { LoweringOf } from './lowering.js';
import { areRows, rowsOfMaps } from './rows-and-maps.js';
import type { Target } from './target.js';

export const reduceSum: LoweringOf<typeof ReduceSum> = {
  lower([x], attributes, target) {
    const matrix = matrixOf(x, attributes.axes);
    if (matrix === undefined) return apply(ReduceSum, [attentionDots(x, attributes.axes) ?? x], attributes);
    const shape = x.shape.map((size, axis) => (attributes.axes.includes(axis) ? 1 : size));
    return [reshape(columnSums(matrix, target), shape)];
  },
};

/** The matrix whose columns are summed, as a bias's gradient sums those of dy, where the sum is one. */
function matrixOf(x: Value, axes: readonly number[]): Value | undefined {
  if (x.shape.length === 2 && sameShape(axes, [0])) return x;
  return x.shape.length === 4 && sameShape(axes, [0, 2, 3]) && areRows(x) ? rowsOfMaps(x) : undefined;
}

/** [1,K] of x [n,K]; of many rows by a product with a row of ones. */
function columnSums(x: Value, { device }: Target): Value {
  const [rows] = x.shape;
  return device === 'cpu' && rows !== undefined && rows >= crossovers.productWithOnes
    ? matmul(scalar(1, [1, rows]), x)
    : apply(ReduceSum, [x], { axes: [0] })[0];
}
