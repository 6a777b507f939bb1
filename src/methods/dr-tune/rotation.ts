import { determinantSign, div, matmul, max, mul, neg, sqrt, sub, type Value } from '../../graph/ops.js';
import { sum } from '../../nn/functional.js';
import { smallestEigenvector } from '../shared/smallest-eigenvector.js';

/** Singular values from here up, in units of the largest, end at 1. */
const FLOOR = 1e-5;
/** Distance from 1 at which they may end. */
const TOLERANCE = 1e-8;
const TINY = 1e-30;

/**
 * The rotation R [d, d] that comes closest to carrying vectors x_k over to y_k: of all orthogonal matrices with
 * determinant 1 the one that minimises sum_k ||R x_k - y_k||^2 (orthogonal Procrustes; Schoenemann 1966, Kabsch 1976).
 *
 *   S = sum_k y_k x_k^T = U Sigma V^T,   R = U diag(1, ..., 1, det(U V^T)) V^T
 *
 * from S [d, d], by matrix products alone: U V^T is the orthogonal polar factor Q of S (`polarFactor`), and where
 * det Q = -1, R = (I - 2 w w^T) Q, with w the eigenvector of S Q^T = U Sigma U^T to the smallest eigenvalue. It takes
 * 36 products of d x d matrices (for d > 256), 32 of them for Q.
 *
 * Directions whose singular value is below about 1e-5 of the largest are shortened rather than turned. There is next to
 * nothing in them to turn, and with them a determinant of -1 can be mended at no cost. So one that underflows is left
 * alone. In several hundred dimensions that may also befall a proper Q far from the identity, which is then the answer,
 * reflection or not.
 */
export function rotation(crossCovariance: Value): Value {
  const S = scaled(crossCovariance);
  const Q = polarFactor(S);
  const reflects = max(neg(determinantSign(Q)), 0);
  const w = smallestEigenvector(matmul(S, Q, { transposeB: true }), 1, {
    approximate: true,
  });
  const mirrored = matmul(w, matmul(w, Q, { transposeA: true }));
  return sub(Q, mul(mirrored, mul(reflects, 2)));
}

/**
 * Divided by the 4-norm of its singular values, (sum sigma^4)^(1/4) = ||S^T S||_F^(1/2), which is at least the largest
 * and, with one that stands out, not much more.
 */
function scaled(matrix: Value): Value {
  const x = div(matrix, max(frobenius(matrix), TINY));
  return div(x, max(sqrt(frobenius(gram(x))), TINY));
}

/**
 * U V^T of a matrix U Sigma V^T with singular values up to 1. Newton and Schulz's iteration scaled,
 *
 *   X <- 3/2 a X - 1/2 a^3 X X^T X,   which takes a singular value s to N(a s), N(t) = (3 t - t^3) / 2
 *
 * keeps [0, 1] and draws it toward 1. With all of them in [l, 1], a^2 = 3 / (1 + l + l^2) gives N(a l) = N(a), the
 * highest lower bound that there is (Chen and Chow 2014). It is also what the largest come down to, and rounding errors
 * grow by the inverse: so l enters at no less than a tenth, which costs next to no speed.
 */
function polarFactor(matrix: Value): Value {
  let x = matrix;
  for (let low = FLOOR; 1 - low > TOLERANCE; ) {
    const l = Math.max(low, 0.1);
    const a = Math.sqrt(3 / (1 + l + l * l));
    x = sub(mul(x, 1.5 * a), matmul(x, gram(x), { alpha: 0.5 * a ** 3 }));
    low = (a * low * (3 - (a * low) ** 2)) / 2;
  }
  return x;
}

const gram = (x: Value): Value => matmul(x, x, { transposeA: true });
const frobenius = (x: Value): Value => sqrt(sum(mul(x, x)));
