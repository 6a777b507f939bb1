import { matmul } from '../graph/operators/matmul.js';
import { ReduceSum } from '../graph/operators/reduce-sum.js';
import { apply, scalar } from '../graph/value.js';
import type { LoweringOf } from './lowering.js';

/** Columns of a tall matrix, as a bias's gradient sums them, add up twice as fast in a product with a row of ones. */
const TALL = 512;

export const reduceSum: LoweringOf<typeof ReduceSum> = {
  lower([x], attributes, { device }) {
    const [rows = 1] = x.shape;
    const columns = attributes.axes.length === 1 && attributes.axes[0] === 0 && x.shape.length === 2;
    if (device !== 'cpu' || !columns || rows < TALL) return apply(ReduceSum, [x], attributes);
    return [matmul(scalar(1, [1, rows]), x)];
  },
};
