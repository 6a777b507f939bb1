import { invariant } from '../errors.js';

/** Three quantities that papers all call "the feature norm". By Jensen, normOfMean <= meanNorm <= sqrt(meanSquaredNorm). */
export interface FeatureNorms {
  /** || mean_i g_i ||: what the AdaRand paper's implementation logs, and its Figure 2a draws. */
  readonly normOfMean: number;
  /** mean_i || g_i || */
  readonly meanNorm: number;
  /** mean_i || g_i ||^2: what the paper's axis says. */
  readonly meanSquaredNorm: number;
}

/** @param features [n, d], row-major, n >= 1 */
export function featureNorms(features: Float32Array, n: number, d: number): FeatureNorms {
  invariant(n >= 1 && features.length === n * d, `${features.length} features for [${n}, ${d}]`);
  const total = new Float64Array(d);
  let norms = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    let square = 0;
    for (let j = 0; j < d; j++) {
      const value = features[i * d + j] ?? 0;
      square += value * value;
      total[j] = (total[j] ?? 0) + value;
    }
    norms += Math.sqrt(square);
    squares += square;
  }
  const squareOfTotal = total.reduce((sum, value) => sum + value * value, 0);
  return { normOfMean: Math.sqrt(squareOfTotal) / n, meanNorm: norms / n, meanSquaredNorm: squares / n };
}
