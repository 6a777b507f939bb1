import { matmul } from '../graph/operators/matmul.js';
import { ReduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { sameShape } from '../graph/tensor.js';
import { apply, scalar, type Value } from '../graph/value.js';
import { attentionDots } from './attention-dots.js';
import { crossovers } from './crossovers.js';
import type { LoweringOf } from './lowering.js';
import { areRows, rowsOfMaps } from './rows-and-maps.js';
import { isGpu, type Target } from './target.js';

export const reduceSum: LoweringOf<typeof ReduceSum> = {
  lower([x], attributes, target) {
    const halves = isGpu(target) ? edges(x, attributes.axes) : undefined;
    if (halves !== undefined) return [halves.reduce((sum, axes) => apply(ReduceSum, [sum], { axes })[0], x)];
    const matrix = matrixOf(x, attributes.axes);
    if (matrix === undefined) return apply(ReduceSum, [attentionDots(x, attributes.axes) ?? x], attributes);
    const shape = x.shape.map((size, axis) => (attributes.axes.includes(axis) ? 1 : size));
    return [reshape(columnSums(matrix, target), shape)];
  },
};

/**
 * The axes of a sum over first and last axes, as over the pixels of all images: the last ones, then the first ones. GPUs have
 * fast kernels for sums along memory and for sums of rows, and a slow one for anything else.
 */
function edges({ shape }: Value, axes: readonly number[]): readonly number[][] | undefined {
  const kept = shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const [first, last] = [kept.at(0), kept.at(-1)];
  if (first === undefined || last === undefined || last - first + 1 !== kept.length) return undefined;
  const halves = [axes.filter((axis) => axis > last), axes.filter((axis) => axis < first)];
  return halves.every(({ length }) => length > 0) ? halves : undefined;
}

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
