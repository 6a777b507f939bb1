import { matmul } from '../graph/operators/matmul.js';
import { ReduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { sameShape } from '../graph/tensor.js';
import { apply, scalar, type Value } from '../graph/value.js';
import { crossovers } from './crossovers.js';
import type { LoweringOf } from './lowering.js';
import { rowsOfMaps } from './rows-of-maps.js';

/** Columns of a tall matrix, as a bias's gradient sums them, add up fastest in a product with a row of ones. */
export const reduceSum: LoweringOf<typeof ReduceSum> = {
  lower([x], attributes, { device }) {
    const { axes } = attributes;
    const rows = sameShape(axes, [0, 2, 3]) ? rowsOfMaps(x) : sameShape(axes, [0]) ? x : undefined;
    const [count] = rows?.shape ?? [];
    const isTall = rows?.shape.length === 2 && count !== undefined && count >= crossovers.productWithOnes;
    if (device !== 'cpu' || rows === undefined || !isTall) return apply(ReduceSum, [x], attributes);
    return [reshape(matmul(scalar(1, [1, count]), rows), shapeOfSums(x, axes))];
  },
};

function shapeOfSums({ shape }: Value, axes: readonly number[]): number[] {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}
