import { dot, norm } from './vector.js';

export interface Neighbour {
  readonly row: number;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** Finds the most similar of a set of vectors, by the cosine of their angle. */
export class NearestRows {
  readonly #rows: readonly Float64Array[];

  /** @param vectors [n, d], row by row */
  constructor(vectors: Float32Array, d: number) {
    this.#rows = Array.from({ length: vectors.length / d }, (_, i) =>
      unit(vectors.subarray(i * d, (i + 1) * d)),
    );
  }

  /** The `count` most similar rows, the nearest first; of equals, the first. */
  find(vector: Float32Array, count: number): Neighbour[] {
    const wanted = unit(vector);
    const all = this.#rows.map((row, i) => ({ row: i, similarity: dot(wanted, row) }));
    return all.sort((a, b) => b.similarity - a.similarity || a.row - b.row).slice(0, count);
  }
}

/** A vector of zeros stays one, and is similar to nothing. */
function unit(vector: Float32Array): Float64Array {
  const wide = Float64Array.from(vector);
  const length = norm(wide);
  return length === 0 ? wide : wide.map((value) => value / length);
}
