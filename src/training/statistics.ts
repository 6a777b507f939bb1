import { at, invariant } from '../errors.js';
import { float32 } from '../graph/tensor.js';
import type { Statistics } from '../methods/inputs.js';
import type { LabelledFeatures } from '../methods/prepare.js';

/** Statistics of the pretrained features over the training images. */
export interface PretrainedStatistics {
  readonly perClass: Statistics;
  readonly overall: Statistics;
  /** Mean of g^2 over images and coordinates: the scale that a penalty's weight depends on. */
  readonly meanSquare: number;
}

const SMALLEST_STD = 1e-6;

/** Statistics of features that are known already. */
export function statisticsOf({ features, labels }: LabelledFeatures, classes: number): PretrainedStatistics {
  const collector = new StatisticsCollector(classes, at(features.shape, 1));
  collector.add(features.data, labels, labels.length);
  return collector.finish();
}

/**
 * Collects features [n, d] batch by batch, and yields means and population standard deviations, overall and per
 * class. Sums are kept in double precision, around the first feature seen: E[g^2] - E[g]^2 then loses nothing.
 * A class with fewer than two images has no spread of its own: it gets the overall mean and deviation.
 */
export class StatisticsCollector {
  readonly #featureSize: number;
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  #origin: Float64Array | undefined;

  constructor(classes: number, featureSize: number) {
    this.#featureSize = featureSize;
    this.#counts = new Float64Array(classes);
    this.#sums = new Float64Array(classes * featureSize);
    this.#squares = new Float64Array(classes * featureSize);
  }

  add(features: Float32Array, labels: ArrayLike<number>, count: number): void {
    const d = this.#featureSize;
    this.#origin ??= Float64Array.from(features.subarray(0, d));
    for (let i = 0; i < count; i++) {
      const label = at(labels, i);
      this.#counts[label] = at(this.#counts, label) + 1;
      for (let j = 0; j < d; j++) {
        const offset = label * d + j;
        const centred = (features[i * d + j] ?? 0) - (this.#origin[j] ?? 0);
        this.#sums[offset] = (this.#sums[offset] ?? 0) + centred;
        this.#squares[offset] = (this.#squares[offset] ?? 0) + centred * centred;
      }
    }
  }

  finish(): PretrainedStatistics {
    const d = this.#featureSize;
    const classes = this.#counts.length;
    const origin = this.#origin;
    const total = this.#counts.reduce((a, b) => a + b, 0);
    invariant(origin !== undefined && total > 0, 'no features were collected');
    const overall = (sums: Float64Array) =>
      Float64Array.from({ length: d }, (_, j) => {
        let sum = 0;
        for (let k = 0; k < classes; k++) sum += sums[k * d + j] ?? 0;
        return sum;
      });
    const moments = (sums: Float64Array, squares: Float64Array, count: number) => {
      const mean = Float32Array.from(sums, (sum, j) => (origin[j] ?? 0) + sum / count);
      const std = Float32Array.from(squares, (square, j) => {
        const variance = square / count - ((sums[j] ?? 0) / count) ** 2;
        return Math.max(SMALLEST_STD, Math.sqrt(Math.max(0, variance)));
      });
      return { mean, std };
    };
    const all = moments(overall(this.#sums), overall(this.#squares), total);
    const mean = new Float32Array(classes * d);
    const std = new Float32Array(classes * d);
    for (let k = 0; k < classes; k++) {
      const count = at(this.#counts, k);
      const row = (sums: Float64Array) => sums.subarray(k * d, (k + 1) * d);
      const own = count < 2 ? all : moments(row(this.#sums), row(this.#squares), count);
      mean.set(own.mean, k * d);
      std.set(own.std, k * d);
    }
    const square = all.mean.reduce((sum, m, j) => sum + m * m + (all.std[j] ?? 0) ** 2, 0);
    return {
      perClass: { mean: float32([classes, d], mean), std: float32([classes, d], std) },
      overall: { mean: float32([d], all.mean), std: float32([d], all.std) },
      meanSquare: square / d,
    };
  }
}
