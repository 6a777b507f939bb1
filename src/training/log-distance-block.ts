import { add, cast, equal, less, log, matmul, max, mul, reduceSum, reshape, sub } from '../graph/ops.js';
import { input, type Value } from '../graph/value.js';
import type { ProgramGraph } from '../runtime/program.js';

/** Rows of features that one run of the graph compares with as many others. */
export const BLOCK = 512;

/**
 * Of a squared distance below this share of the two squared lengths, single precision has lost digits to
 * ||a||^2 + ||b||^2 - 2 a.b: its error is some 3e-7 of those lengths.
 */
const NEAR = 1 / 128;

/** The names of the inputs for one of the two blocks: features [BLOCK, d], places and classes [BLOCK]. */
export const blockInputs = (block: 'a' | 'b') =>
  ({ features: `${block}.features`, places: `${block}.places`, classes: `${block}.classes` }) as const;

/** []: 1 for the pairs of one class, 0 for those of two. */
export const WITHIN = 'within';

/** []: squared distances below it are near, whatever their rows' lengths. */
export const LEAST = 'least';

/**
 * Squared distances of the rows of two blocks of features, from their Gram matrix. A pair counts if its first row has the
 * smaller place, so a block may be compared with itself, and if its classes are equal, or different, as `within` says.
 * Outputs: `logs` [BLOCK], for each first row the sum over its pairs of ln ||a - b||^2, without those that are near for
 * their lengths; `far` and `near` [BLOCK], how many pairs are in the sum, and how many are not; `is_near` [BLOCK, BLOCK],
 * which.
 */
export function logDistanceBlock(d: number): ProgramGraph {
  const a = block('a', d, [BLOCK, 1]);
  const b = block('b', d, [1, BLOCK]);
  const lengths = add(a.lengths, b.lengths);
  const squares = sub(lengths, mul(matmul(a.features, b.features, { transposeB: true }), 2));
  const within = input(WITHIN, { dtype: 'float32', shape: [] });
  const least = input(LEAST, { dtype: 'float32', shape: [] });
  const isOfKind = equal(cast(equal(a.classes, b.classes), 'float32'), within);
  const counts = mul(cast(isOfKind, 'float32'), cast(less(a.places, b.places), 'float32'));
  const near = mul(counts, cast(less(squares, max(mul(lengths, NEAR), least)), 'float32'));
  const far = sub(counts, near);
  return {
    outputs: new Map([
      ['logs', perRow(mul(log(max(squares, least)), far))],
      ['far', perRow(far)],
      ['near', perRow(near)],
      ['is_near', cast(near, 'bool')],
    ]),
    updates: new Map(),
  };
}

/** What is known of a block's rows, as a column or as a row. */
function block(name: 'a' | 'b', d: number, shape: readonly number[]) {
  const inputs = blockInputs(name);
  const features = input(inputs.features, { dtype: 'float32', shape: [BLOCK, d] });
  const numbers = (of: string) => reshape(input(of, { dtype: 'float32', shape: [BLOCK] }), shape);
  return {
    features,
    lengths: reshape(reduceSum(mul(features, features), [1]), shape),
    places: numbers(inputs.places),
    classes: numbers(inputs.classes),
  };
}

const perRow = (x: Value): Value => reshape(reduceSum(x, [1]), [BLOCK]);
