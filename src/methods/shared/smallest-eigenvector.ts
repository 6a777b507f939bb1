import { at } from '../../errors.js';
import {
  constant,
  div,
  float32,
  matmul,
  max,
  mul,
  type Operand,
  reduceMax,
  sqrt,
  sub,
  type Value,
} from '../../graph/ops.js';
import { identity, sum } from '../../nn/functional.js';
import { Random } from '../../random.js';

const TINY = 1e-30;

export interface EigenvectorOptions {
  /** Which random vector it is made from: in a space of equal eigenvalues, another one gives another eigenvector. */
  readonly start?: number;
  /** Whether any vector among those of small eigenvalues will do, where an exact one would be expensive. */
  readonly approximate?: boolean;
}

/**
 * The eigenvector of a symmetric positive semidefinite matrix [n, n] that belongs to its smallest eigenvalue: a unit
 * vector [n, 1] (zeros for a matrix of zeros). `bound` is at least the largest eigenvalue.
 *
 * A power of C = bound I - matrix is applied to a random vector: 2^40, by squaring 40 times, which tells eigenvalues
 * apart down to 1e-11 of the bound in double precision, and to what its rounding leaves in single. `approximate`, beyond
 * n = 256, where a squaring costs as much as n products with a vector, the power is 2^2 * 64: what remains lies among
 * the eigenvalues below about a hundredth of the bound.
 */
export function smallestEigenvector(
  matrix: Value,
  bound: Operand,
  { start = 0, approximate = false }: EigenvectorOptions = {},
): Value {
  const n = at(matrix.shape, 0);
  const [squarings, products] = approximate && n > 256 ? [2, 64] : [40, 1];
  let power = sub(mul(identity(n), bound), matrix);
  for (let i = 0; i < squarings; i++) {
    // To a largest element of 1, which in such a matrix is on the diagonal, so that no square can underflow.
    const scaled = div(power, max(reduceMax(power), TINY));
    power = matmul(scaled, scaled);
  }
  const random = new Random(0, 'weights', start);
  const drawn = Float32Array.from({ length: n }, () => random.normal());
  let vector: Value = constant(float32([n, 1], drawn));
  for (let i = 0; i < products; i++) {
    const product = matmul(power, vector);
    vector = div(product, max(sqrt(sum(mul(product, product))), TINY));
  }
  return vector;
}
