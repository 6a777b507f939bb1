import { dot, unit } from './vector.js';

export interface Neighbour {
  readonly row: number;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** Finds the most similar of a set of vectors, by the cosine of their angle. A vector of zeros is similar to nothing. */
export class NearestRows {
  readonly #rows: readonly Float64Array[];

  /** @param vectors [n, d], row by row */
  constructor(vectors: Float32Array, d: number) {
    this.#rows = Array.from({ length: vectors.length / d }, (_, i) =>
      unit(Float64Array.from(vectors.subarray(i * d, (i + 1) * d))),
    );
  }

  /** The `count` most similar rows, the nearest first; of equals, the first. */
  find(vector: Float32Array, count: number): Neighbour[] {
    const wanted = unit(Float64Array.from(vector));
    const all = this.#rows.map((row, i) => ({ row: i, similarity: dot(wanted, row) }));
    return all.sort((a, b) => b.similarity - a.similarity || a.row - b.row).slice(0, count);
  }
}
