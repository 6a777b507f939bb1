import { at } from '../../errors.js';
import { matmul } from '../../graph/operators/matmul.js';
import { reshape } from '../../graph/operators/reshape.js';
import { float32 } from '../../graph/tensor.js';
import { constant, type Value } from '../../graph/value.js';

/*
 * Winograd's minimal filtering F(4, 3): four results y of a filter g of three taps over six inputs d,
 *
 *     y = A^T [(G g) * (B^T d)]        (* by elements),
 *
 * take six products instead of twelve; F(4x4, 3x3), both axes nested, takes 36 instead of 144. (S. Winograd, Arithmetic
 * Complexity of Computations, 1980; A. Lavin and S. Gray, Fast Algorithms for Convolutional Neural Networks, 2016.)
 *
 * Why it is so: a product s = g h of polynomials, with 3 and 4 coefficients, has 6. Its values at five points p and its
 * leading coefficient (the point at infinity) determine it, by Lagrange:
 *
 *     s(x) = sum_p g(p) h(p) M_p(x) / M_p(p) + s_5 M(x),   M(x) = prod_p (x - p),   M_p(x) = M(x) / (x - p).
 *
 * So s = B [(G g) * (A h)]: A evaluates, G evaluates and divides by M_p(p), the columns of B are the coefficients of M_p
 * and M. What filters is the transpose of what multiplies: y = A^T [(G g) * (B^T d)]. With these points B and A are exact
 * in binary; only G has thirds and fifteenths. Scaling a row by a power of two would change no rounding.
 */

/** Results of a tile along an axis, taps of a kernel, and inputs of a tile: m, r and m + r - 1. */
export const RESULTS = 4;
export const TAPS = 3;
export const INPUTS = RESULTS + TAPS - 1;

/** With the point at infinity: small powers, and few that are alike, lose least to rounding. */
const points = [0, 1, -1, 1 / 2, -2];

export type Matrix = readonly (readonly number[])[];

/** B^T [6,6], G [6,3] and A^T [4,6]. */
export const inputTransform: Matrix = [
  ...points.map((p) => [...coefficients(points.filter((other) => other !== p)), 0]),
  coefficients(points),
];
export const kernelTransform: Matrix = evaluation(TAPS).map((row, i) => {
  const p = points[i];
  if (p === undefined) return row;
  const atP = points.reduce((product, other) => (other === p ? product : product * (p - other)), 1);
  return row.map((power) => power / atP);
});
export const resultTransform: Matrix = transposed(evaluation(RESULTS));

/**
 * A transform of both axes, as a constant [rows^2, columns^2]: of a tile X, whose elements are listed row by row, the
 * elements of T X T^T. (It is the Kronecker product of T with itself.)
 */
export function ofBothAxes(t: Matrix): Value {
  const [rows, columns] = [t.length ** 2, at(t, 0).length ** 2];
  const nested = new Float32Array(rows * columns);
  let o = 0;
  for (const a of t) for (const b of t) for (const x of a) for (const y of b) nested[o++] = x * y;
  return constant(float32([rows, columns], nested));
}

/** T X T^T of every tile X: of tiles [columns^2, n, C], listed element by element, [rows^2, n, C]. One product does it. */
export function transformTiles(t: Matrix, tiles: Value): Value {
  const [places, count, channels] = [at(tiles.shape, 0), at(tiles.shape, 1), at(tiles.shape, 2)];
  const product = matmul(ofBothAxes(t), reshape(tiles, [places, count * channels]));
  return reshape(product, [t.length ** 2, count, channels]);
}

/** The transform of what is listed backwards. */
export function backwards(t: Matrix): Matrix {
  return t.map((row) => row.toReversed());
}

export function transposed(t: Matrix): Matrix {
  return at(t, 0).map((_, j) => t.map((row) => at(row, j)));
}

/** Coefficients of prod (x - root), from x^0 on. */
function coefficients(roots: readonly number[]): number[] {
  return roots.reduce((polynomial, root) => times(polynomial, root), [1]);
}

/** A polynomial times (x - root). */
function times(polynomial: readonly number[], root: number): number[] {
  return [...polynomial, 0].map((c, i) => (polynomial[i - 1] ?? 0) - root * c);
}

/** A row for each point: its powers; for infinity, the highest coefficient alone. */
function evaluation(count: number): number[][] {
  const powers = (p: number) => Array.from({ length: count }, (_, j) => p ** j);
  return [...points.map(powers), Array.from({ length: count }, (_, j) => Number(j === count - 1))];
}
