import { type ClassEntropies, entropiesOf, LEAST_DISTANCE, logDistance } from '../analysis/entropy.js';
import { firstEqualRows } from '../analysis/equal-rows.js';
import { at, invariant } from '../errors.js';
import { float32, floatsOf, type Tensor } from '../graph/tensor.js';
import { type CompileOptions, Program } from '../runtime/program.js';
import { State } from '../runtime/state.js';
import { BLOCK, LEAST, logDistanceBlock, WITHIN } from './log-distance-block.js';
import { RowsByClass } from './rows-by-class.js';

/** Told how many of the pairs of blocks are done. */
export type OnBlocks = (done: number, total: number) => void;

/**
 * `classEntropies` (analysis/entropy.ts) by ONNX Runtime, for n(n - 1)/2 distances of 2048 numbers in seconds. Distances come
 * in blocks from a Gram matrix in single precision, so features are centred before: all of them for the pairs of two
 * classes, each class for its own. Pairs that are near for their lengths are computed in double precision, from the
 * features as they are. Single precision sums the logarithms of a row of a block, of about 1 each; the rest is double.
 */
export class FeatureEntropies {
  readonly #program: Program;
  readonly #state = new State();
  readonly #d: number;

  private constructor(program: Program, d: number) {
    this.#program = program;
    this.#d = d;
  }

  /** @param d numbers of a feature vector */
  static async compile(d: number, options: CompileOptions): Promise<FeatureEntropies> {
    return new FeatureEntropies(await Program.compile(logDistanceBlock(d), options), d);
  }

  /**
   * @param features [n, d], row-major, n >= 2
   * @param labels [n], class indices
   */
  async of(
    features: Float32Array,
    labels: ArrayLike<number>,
    onBlocks: OnBlocks = () => {},
  ): Promise<ClassEntropies> {
    const rows = new RowsByClass(features, labels, this.#d);
    const near = new NearDistances(features, labels.length, this.#d);
    const total = rows.pairs('between').length + rows.pairs('within').length;
    let done = 0;
    let between = 0;
    const within = new Map<number, number>();
    for (const kind of ['between', 'within'] as const)
      for await (const sums of this.#sums(rows, near, kind)) {
        for (const { row, sum } of sums) {
          const label = at(labels, row);
          if (kind === 'between') between += sum;
          else within.set(label, (within.get(label) ?? 0) + sum);
        }
        onBlocks(++done, total);
      }
    return entropiesOf({ between, within }, labels, this.#d);
  }

  release(): Promise<void> {
    return this.#program.release();
  }

  /** For each pair of blocks, the sums of ln ||a - b|| over the pairs of each row of the first. */
  async *#sums(rows: RowsByClass, near: NearDistances, kind: 'between' | 'within') {
    const feedsOf = rows.feedsOf(kind === 'within' ? 'class' : 'all');
    const { scale } = rows;
    const constants: readonly [string, Tensor][] = [
      [WITHIN, float32([], [Number(kind === 'within')])],
      [LEAST, float32([], [leastSquare(scale)])],
    ];
    for (const [a, b] of rows.pairs(kind)) {
      const feeds = new Map([...constants, ...feedsOf('a', a), ...feedsOf('b', b)]);
      const outputs = await this.#program.run(this.#state, feeds);
      const [logs, far, nearby] = ['logs', 'far', 'near'].map((name) => floatsOf(outputs, name).data);
      const isNear = outputs.get('is_near');
      invariant(logs && far && nearby && isNear?.dtype === 'bool', 'the outputs of a block');
      yield Array.from({ length: rows.inBlock(a) }, (_, i) => {
        const row = rows.row(a, i);
        let sum = at(logs, i) / 2 + at(far, i) * Math.log(scale);
        if (at(nearby, i) > 0)
          for (let j = 0; j < BLOCK; j++)
            if (isNear.data[i * BLOCK + j] === 1) sum += near.logDistance(row, rows.row(b, j));
        return { row, sum };
      });
    }
  }
}

/** The square of the least distance that counts, in units of the scale, as a number that single precision has. */
function leastSquare(scale: number): number {
  return Math.min(Math.max(2 * (LEAST_DISTANCE / scale) ** 2, 1e-30), 1e30);
}

/** ln ||x_i - x_j|| in double precision; of rows with the same bits, which may be many, without a look at their numbers. */
class NearDistances {
  readonly #features: Float32Array;
  readonly #n: number;
  readonly #d: number;
  #firstEqual: Int32Array | undefined;

  constructor(features: Float32Array, n: number, d: number) {
    this.#features = features;
    this.#n = n;
    this.#d = d;
  }

  logDistance(i: number, j: number): number {
    this.#firstEqual ??= firstEqualRows(this.#features, this.#n, this.#d);
    if (this.#firstEqual[i] === this.#firstEqual[j]) return Math.log(LEAST_DISTANCE);
    return logDistance(this.#features, i, j, this.#d);
  }
}
