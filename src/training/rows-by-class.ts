import { at, invariant } from '../errors.js';
import { float32, type Tensor } from '../graph/tensor.js';
import { BLOCK, blockInputs } from './log-distance-block.js';

/** Two blocks of rows by their numbers, the first not after the second. */
export type BlockPair = readonly [a: number, b: number];

/** Features in the order of their classes, in blocks of rows; the last one is filled up with zeros. */
export class RowsByClass {
  /** Root of the mean squared distance of the features from their mean; 1 where all are equal. */
  readonly scale: number;
  readonly #features: Float32Array;
  readonly #d: number;
  /** The row at each place. */
  readonly #order: Int32Array;
  /** The class at each place, numbered in the order of the labels, which single precision may not tell apart. */
  readonly #classes: Float32Array;
  /** Places, as the first and as the second row of a pair has them: where there is no row, none is less, or more. */
  readonly #places: Readonly<Record<'a' | 'b', Float32Array>>;

  /**
   * @param features [n, d], row-major
   * @param labels [n], class indices
   */
  constructor(features: Float32Array, labels: ArrayLike<number>, d: number) {
    const n = labels.length;
    invariant(features.length === n * d, `${features.length} features for [${n}, ${d}]`);
    this.#features = features;
    this.#d = d;
    this.#order = Int32Array.from({ length: n }, (_, i) => i).sort(
      (i, j) => at(labels, i) - at(labels, j) || i - j,
    );
    const places = Math.ceil(n / BLOCK) * BLOCK;
    const labelAt = (place: number) => labels[this.#order[place] ?? -1];
    let classes = 0;
    this.#classes = new Float32Array(places).map((_, place) =>
      place > 0 && place < n && labelAt(place) !== labelAt(place - 1) ? ++classes : classes,
    );
    const orElse = (nowhere: number) =>
      new Float32Array(places).map((_, place) => (place < n ? place : nowhere));
    this.#places = { a: orElse(places), b: orElse(-1) };
    this.scale = this.#spread() || 1;
  }

  /** Rows of a block. */
  inBlock(block: number): number {
    return Math.min(BLOCK, this.#order.length - block * BLOCK);
  }

  /** The row at a place of a block, by its number in the features. */
  row(block: number, place: number): number {
    return at(this.#order, block * BLOCK + place);
  }

  /** All pairs of blocks with a pair of rows of one class, or of two. */
  pairs(kind: 'within' | 'between'): BlockPair[] {
    const blocks = this.#classes.length / BLOCK;
    const first = (block: number) => at(this.#classes, block * BLOCK);
    const last = (block: number) => at(this.#classes, block * BLOCK + this.inBlock(block) - 1);
    const pairs: BlockPair[] = [];
    for (let a = 0; a < blocks; a++)
      for (let b = a; b < blocks; b++)
        if (kind === 'within' ? last(a) === first(b) || a === b : first(a) !== last(b)) pairs.push([a, b]);
    return pairs;
  }

  /** What the graph reads of each block: features, centred together or each class by itself, in units of the scale. */
  feedsOf(centredBy: 'all' | 'class'): (name: 'a' | 'b', block: number) => [string, Tensor][] {
    const centred = this.#centred(centredBy);
    const [d, size] = [this.#d, BLOCK * this.#d];
    return (name, block) => {
      const inputs = blockInputs(name);
      const [from, to] = [block * BLOCK, (block + 1) * BLOCK];
      return [
        [inputs.features, float32([BLOCK, d], centred.subarray(block * size, (block + 1) * size))],
        [inputs.places, float32([BLOCK], this.#places[name].subarray(from, to))],
        [inputs.classes, float32([BLOCK], this.#classes.subarray(from, to))],
      ];
    };
  }

  /** [places, d] */
  #centred(by: 'all' | 'class'): Float32Array {
    const [n, d] = [this.#order.length, this.#d];
    const centred = new Float32Array(this.#classes.length * d);
    for (let from = 0, to = 0; from < n; from = to) {
      to = by === 'all' ? n : from + 1;
      while (to < n && this.#classes[to] === this.#classes[from]) to++;
      const mean = this.#mean(from, to);
      for (let place = from; place < to; place++) {
        const start = at(this.#order, place) * d;
        for (let k = 0; k < d; k++)
          centred[place * d + k] = ((this.#features[start + k] ?? 0) - (mean[k] ?? 0)) / this.scale;
      }
    }
    return centred;
  }

  /** The mean of the rows at places from one to another, [d]. */
  #mean(from: number, to: number): Float64Array {
    const mean = new Float64Array(this.#d);
    for (let place = from; place < to; place++) {
      const start = at(this.#order, place) * this.#d;
      for (let k = 0; k < this.#d; k++) mean[k] = (mean[k] ?? 0) + (this.#features[start + k] ?? 0);
    }
    return mean.map((sum) => sum / (to - from));
  }

  #spread(): number {
    const n = this.#order.length;
    const mean = this.#mean(0, n);
    let squares = 0;
    for (let start = 0; start < this.#features.length; start += this.#d)
      for (let k = 0; k < this.#d; k++) squares += ((this.#features[start + k] ?? 0) - (mean[k] ?? 0)) ** 2;
    return Math.sqrt(squares / n);
  }
}
