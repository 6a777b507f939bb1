import { matmul } from '../graph/operators/matmul.js';
import { ReduceSum } from '../graph/operators/reduce-sum.js';
import { apply, scalar } from '../graph/value.js';
import { crossovers } from './crossovers.js';
import type { LoweringOf } from './lowering.js';

export const reduceSum: LoweringOf<typeof ReduceSum> = {
  lower([x], attributes, { device }) {
    const [rows] = x.shape;
    const columns = attributes.axes.length === 1 && attributes.axes[0] === 0 && x.shape.length === 2;
    if (device !== 'cpu' || !columns || rows === undefined || rows < crossovers.productWithOnes)
      return apply(ReduceSum, [x], attributes);
    return [matmul(scalar(1, [1, rows]), x)];
  },
};
