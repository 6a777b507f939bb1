import { at, invariant } from '../errors.js';
import { Random } from '../random.js';
import { symmetricEigen } from './symmetric-eigen.js';
import { addScaled, dot, norm } from './vector.js';

export interface PrincipalComponents {
  /** [d]: what was subtracted. */
  readonly mean: Float64Array;
  /** [k, d]: orthonormal rows, by falling variance, each with its largest loading positive. */
  readonly components: Float64Array;
  /** [n, k]: the centred features along the components. */
  readonly projections: Float64Array;
  /** [k]: each component's share of the total variance; zeros where there is none. */
  readonly explainedVarianceRatio: readonly number[];
}

/**
 * Principal component analysis: the top-k right singular vectors of the centred features, not rescaled.
 *
 * Restarted block Krylov iteration with Rayleigh-Ritz (Saad, "Numerical Methods for Large Eigenvalue Problems",
 * chapter 6) on the covariance, which is applied and never formed: O(n d) time per vector, whichever of n and d is
 * the larger, and exact to about 1e-10 where the variances of the components differ.
 *
 * @param features [n, d], row-major
 * @param k at most d
 * @param cycles of the iteration at most, each of O(n d) time: a few do for a picture, whatever the data; those are then the
 * directions of the largest variance among the ones that were tried
 */
export function principalComponents(
  features: Float32Array,
  n: number,
  d: number,
  k = 2,
  cycles = 300,
): PrincipalComponents {
  invariant(n >= 1 && k >= 1 && k <= d && features.length === n * d, `${k} components of [${n}, ${d}]`);
  const { mean, centred, variance } = centre(features, n, d);
  const apply = (vector: Float64Array) => applyGram(centred, vector, n, d);
  const { vectors, values } = topEigenvectors(apply, d, k, cycles);
  const components = new Float64Array(k * d);
  vectors.forEach((vector, c) => {
    const sign = largestLoading(vector) < 0 ? -1 : 1;
    for (let j = 0; j < d; j++) components[c * d + j] = sign * at(vector, j);
  });
  const projections = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    const row = centred.subarray(i * d, (i + 1) * d);
    for (let c = 0; c < k; c++) projections[i * k + c] = dot(row, components.subarray(c * d, (c + 1) * d));
  }
  const explainedVarianceRatio = values.map((value) => (variance > 0 ? Math.max(0, value) / variance : 0));
  return { mean, components, projections, explainedVarianceRatio };
}

/**
 * `variance` is the trace of the Gram matrix: the sum of squares of all centred features. Everything is measured from the
 * first row, so that rows that are equal have no variance, not even a rounding error's.
 */
function centre(
  features: Float32Array,
  n: number,
  d: number,
): { mean: Float64Array; centred: Float64Array; variance: number } {
  const first = Float64Array.from(features.subarray(0, d));
  const fromFirst = Float64Array.from(features, (value, i) => value - at(first, i % d));
  const offset = new Float64Array(d);
  for (let i = 0; i < n * d; i++) offset[i % d] = at(offset, i % d) + at(fromFirst, i) / n;
  const centred = fromFirst.map((value, i) => value - at(offset, i % d));
  return { mean: first.map((value, j) => value + at(offset, j)), centred, variance: dot(centred, centred) };
}

/** X^T (X v) for the rows X [n, d]. */
function applyGram(rows: Float64Array, vector: Float64Array, n: number, d: number): Float64Array {
  const result = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const row = rows.subarray(i * d, (i + 1) * d);
    addScaled(result, row, dot(row, vector));
  }
  return result;
}

type Operator = (vector: Float64Array) => Float64Array;

/** Blocks per cycle: [V, AV, A^2 V, A^3 V] converges like a polynomial filter of degree 3, not like a power. */
const blocks = 4;

/** Vectors kept beyond the wanted ones: the error falls with the gap behind the last kept vector. */
const guard = 6;

function topEigenvectors(
  apply: Operator,
  d: number,
  k: number,
  cycles: number,
): { vectors: Float64Array[]; values: number[] } {
  const random = new Random(0, 'subset'); // any start will do; a fixed one makes the result a function of the data
  const kept = Math.min(d, k + guard);
  let block: Float64Array[] = Array.from({ length: kept }, () =>
    Float64Array.from({ length: d }, () => random.normal()),
  );
  for (let cycle = 1; ; cycle++) {
    const { basis, images } = krylov(apply, block, d);
    const { vectors, values } = symmetricEigen(basis.map((a) => images.map((b) => dot(a, b))));
    block = vectors.slice(0, kept).map((weights) => combine(basis, weights));
    const tolerance = 1e-11 * at(values, 0);
    const converged = block.slice(0, k).every((vector, c) => {
      const residual = combine(images, at(vectors, c));
      addScaled(residual, vector, -at(values, c));
      return norm(residual) <= tolerance;
    });
    // Components with nearly equal variance are not determined by the data: after many cycles any of them will do.
    if (converged || cycle >= cycles) return { vectors: block.slice(0, k), values: values.slice(0, k) };
  }
}

/** An orthonormal basis of the block Krylov space, and its image under the operator. */
function krylov(
  apply: Operator,
  start: readonly Float64Array[],
  d: number,
): { basis: Float64Array[]; images: Float64Array[] } {
  const basis: Float64Array[] = [];
  const images: Float64Array[] = [];
  let block = start;
  for (let step = 0; step < blocks; step++) {
    const added: Float64Array[] = [];
    for (const candidate of block) {
      const vector = orthonormalized(candidate, basis);
      if (vector === undefined || basis.length === d) continue;
      const image = apply(vector);
      basis.push(vector);
      images.push(image);
      added.push(image);
    }
    block = added;
  }
  return { basis, images };
}

/** Gram-Schmidt, twice ("twice is enough", Kahan); undefined for a vector that the basis already spans. */
function orthonormalized(candidate: Float64Array, basis: readonly Float64Array[]): Float64Array | undefined {
  const vector = candidate.slice();
  const before = norm(vector);
  for (let pass = 0; pass < 2; pass++) {
    for (const other of basis) addScaled(vector, other, -dot(vector, other));
  }
  const length = norm(vector);
  if (length <= 1e-12 * before) return undefined;
  return vector.map((value) => value / length);
}

function combine(vectors: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(at(vectors, 0).length);
  vectors.forEach((vector, i) => {
    addScaled(sum, vector, at(weights, i));
  });
  return sum;
}

function largestLoading(vector: Float64Array): number {
  return vector.reduce((largest, value) => (Math.abs(value) > Math.abs(largest) ? value : largest), 0);
}
