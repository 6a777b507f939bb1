import { at } from '../errors.js';

/**
 * All eigenvalues, falling, and eigenvectors (`vectors[c]` belongs to `values[c]`) of a small symmetric matrix, by
 * cyclic Jacobi rotations (Golub and Van Loan, "Matrix Computations", section 8.5): slow, and exact to rounding.
 */
export function symmetricEigen(matrix: readonly (readonly number[])[]): {
  values: number[];
  vectors: Float64Array[];
} {
  const size = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const vectors = a.map((_, i) => new Float64Array(size).fill(1, i, i + 1)); // rows; the identity at first
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    let all = 0;
    for (const [i, row] of a.entries()) {
      for (const [j, value] of row.entries()) {
        all += value * value;
        if (i !== j) off += value * value;
      }
    }
    if (off <= 1e-32 * all) break;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(a, vectors, p, q);
    }
  }
  const order = Array.from(a.keys()).sort((i, j) => at(at(a, j), j) - at(at(a, i), i));
  return { values: order.map((i) => at(at(a, i), i)), vectors: order.map((i) => at(vectors, i)) };
}

/** Makes a[p][q] zero by a rotation in the plane of p and q. */
function rotate(a: readonly Float64Array[], vectors: readonly Float64Array[], p: number, q: number): void {
  const rowP = at(a, p);
  const rowQ = at(a, q);
  const offDiagonal = at(rowP, q);
  if (offDiagonal === 0) return;
  const theta = (at(rowQ, q) - at(rowP, p)) / (2 * offDiagonal);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (const row of a) [row[p], row[q]] = [c * at(row, p) - s * at(row, q), s * at(row, p) + c * at(row, q)];
  rotateRows(rowP, rowQ, c, s);
  // But for rounding, which would keep the sweeps from ending.
  rowP[q] = 0;
  rowQ[p] = 0;
  rotateRows(at(vectors, p), at(vectors, q), c, s);
}

function rotateRows(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let i = 0; i < x.length; i++)
    [x[i], y[i]] = [c * at(x, i) - s * at(y, i), s * at(x, i) + c * at(y, i)];
}
