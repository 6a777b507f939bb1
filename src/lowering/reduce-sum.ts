import { matmul } from '../graph/operators/matmul.js';
import { ReduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { sameShape } from '../graph/tensor.js';
import { apply, scalar, type Value } from '../graph/value.js';
import { crossovers } from './crossovers.js';
import type { LoweringOf } from './lowering.js';
import { areRows, rowsOfMaps } from './rows-and-maps.js';
import type { Target } from './target.js';

/** Sums down the columns of a matrix, as a bias's gradient is one, in the fastest way; other sums as they are. */
export const reduceSum: LoweringOf<typeof ReduceSum> = {
  lower([x], attributes, target) {
    const { axes } = attributes;
    if (x.shape.length === 4 && sameShape(axes, [0, 2, 3]) && areRows(x)) {
      const sums = columnSums(rowsOfMaps(x), target);
      return [
        reshape(
          sums,
          x.shape.map((size, axis) => (axis === 1 ? size : 1)),
        ),
      ];
    }
    const isColumns = x.shape.length === 2 && sameShape(axes, [0]);
    return [isColumns ? columnSums(x, target) : apply(ReduceSum, [x], attributes)[0]];
  },
};

/** [1,K] of x [n,K]; of many rows by a product with a row of ones. */
function columnSums(x: Value, { device }: Target): Value {
  const [rows] = x.shape;
  return device === 'cpu' && rows !== undefined && rows >= crossovers.productWithOnes
    ? matmul(scalar(1, [1, rows]), x)
    : apply(ReduceSum, [x], { axes: [0] })[0];
}
