import { addScaled, dot, norm } from '../analysis/vector.js';
import { at } from '../errors.js';
import { SHAPE_LENGTH } from './near-descriptor.js';

/** Shapes whose directions stand for those of all. */
const SAMPLE = 1000;

/** After so many, the directions are good enough to tell pictures apart. */
const ITERATIONS = 12;

/**
 * Orthonormal directions in which shapes differ most: their first principal components, roughly, by orthogonal iteration
 * (Golub and Van Loan, "Matrix Computations", section 8.2.4). Where shapes differ in fewer directions, some are zero.
 */
export function directionsOf(shapes: readonly Float32Array[], count: number): readonly Float64Array[] {
  const covariance = covarianceOf(shapes);
  let directions: readonly Float64Array[] = Array.from({ length: count }, (_, i) => {
    const direction = new Float64Array(SHAPE_LENGTH);
    direction[i] = 1;
    return direction;
  });
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const images = directions.map((direction) => Float64Array.from(covariance, (row) => dot(row, direction)));
    directions = orthonormal(images);
  }
  return directions;
}

/** Of shapes from all over the list, times their number. */
function covarianceOf(shapes: readonly Float32Array[]): Float64Array[] {
  const count = Math.min(SAMPLE, shapes.length);
  const sample = Array.from({ length: count }, (_, i) =>
    Float64Array.from(at(shapes, Math.floor((i * shapes.length) / count))),
  );
  const mean = new Float64Array(SHAPE_LENGTH);
  for (const shape of sample) addScaled(mean, shape, 1 / count);
  const covariance = Array.from({ length: SHAPE_LENGTH }, () => new Float64Array(SHAPE_LENGTH));
  for (const shape of sample) {
    addScaled(shape, mean, -1);
    covariance.forEach((row, i) => {
      addScaled(row, shape, at(shape, i));
    });
  }
  return covariance;
}

/** Gram and Schmidt's, twice for accuracy. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const found: Float64Array[] = [];
  for (const vector of vectors) {
    const before = norm(vector);
    for (const other of [...found, ...found]) addScaled(vector, other, -dot(vector, other));
    const length = norm(vector);
    found.push(vector.map((value) => (length > 1e-9 * before ? value / length : 0)));
  }
  return found;
}
