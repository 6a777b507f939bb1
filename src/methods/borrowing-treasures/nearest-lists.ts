import { at } from '../../errors.js';
import { int32, type Tensor } from '../../graph/tensor.js';

/** The `length` nearest of all that is offered, per row: a heap each, farthest on top; of equal ones the later. */
export class NearestLists {
  readonly #rows: number;
  readonly #length: number;
  readonly #distances: Float32Array;
  readonly #indices: Int32Array;

  constructor(rows: number, length: number) {
    this.#rows = rows;
    this.#length = length;
    this.#distances = new Float32Array(rows * length).fill(Number.POSITIVE_INFINITY);
    this.#indices = new Int32Array(rows * length);
  }

  /** Indices are offered to a row in increasing order. */
  offer(row: number, index: number, distance: number): void {
    const top = row * this.#length;
    if (distance >= at(this.#distances, top)) return;
    this.#sink(top, this.#length, distance, index);
  }

  /** [rows, length], nearest first, once at least `length` were offered to each row. Leaves no heaps behind. */
  sorted(): Tensor<'int32'> {
    for (let row = 0; row < this.#rows; row++)
      for (let top = row * this.#length, end = this.#length - 1; end > 0; end--) {
        const distance = at(this.#distances, top + end);
        const index = at(this.#indices, top + end);
        this.#distances[top + end] = at(this.#distances, top);
        this.#indices[top + end] = at(this.#indices, top);
        this.#sink(top, end, distance, index);
      }
    return int32([this.#rows, this.#length], this.#indices);
  }

  /** Puts an entry in the place of the heap's top, and lets it sink to where it belongs. */
  #sink(top: number, size: number, distance: number, index: number): void {
    const distances = this.#distances;
    const indices = this.#indices;
    const isFarther = (place: number, thanDistance: number, thanIndex: number) => {
      const own = distances[place] ?? 0;
      return own > thanDistance || (own === thanDistance && (indices[place] ?? 0) > thanIndex);
    };
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      const right = top + child + 1;
      if (child + 1 < size && isFarther(right, distances[top + child] ?? 0, indices[top + child] ?? 0))
        child++;
      if (!isFarther(top + child, distance, index)) break;
      distances[top + place] = distances[top + child] ?? 0;
      indices[top + place] = indices[top + child] ?? 0;
      place = child;
    }
    distances[top + place] = distance;
    indices[top + place] = index;
  }
}
