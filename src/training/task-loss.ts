import { invariant } from '../errors.js';
import { add, constant, float32, mul, type Value } from '../graph/ops.js';
import { crossEntropy } from '../nn/functional.js';

/** How the cross-entropy of training differs from the plain one. */
export interface TaskLossOptions {
  /** Share of each image's label that is spread over all classes (Szegedy et al. 2016); 0 unless given. */
  readonly labelSmoothing?: number;
  /** A factor for each class; 1 unless given. */
  readonly classWeights?: readonly number[] | undefined;
}

/** Whether it is the plain cross-entropy. */
export function isPlain({ labelSmoothing = 0, classWeights }: TaskLossOptions): boolean {
  return labelSmoothing === 0 && classWeights === undefined;
}

/**
 * The loss of logits [B, K] for the labels' shares y [B, K] (one-hot, or those of a mixed batch): a scalar,
 *
 *   mean_i -sum_c w_c ((1 - s) y_ic + s / K) log softmax(logits)_ic
 *
 * as PyTorch's CrossEntropyLoss(weight, label_smoothing) has it for shares of classes.
 */
export function taskLossOf(logits: Value, shares: Value, options: TaskLossOptions): Value {
  const { labelSmoothing: s = 0, classWeights } = options;
  const [, K] = shares.shape;
  invariant(K !== undefined, 'shares have a column for each class');
  const smoothed = s === 0 ? shares : add(mul(shares, 1 - s), s / K);
  if (classWeights === undefined) return crossEntropy(logits, smoothed);
  return crossEntropy(logits, mul(smoothed, constant(float32([1, K], classWeights))));
}

/**
 * Weights that are inversely proportional to the number of each class's images, with mean 1 over the images:
 * w_c = N / (K n_c), as scikit-learn's `class_weight="balanced"`. A class without images has none.
 */
export function inverseFrequencies(counts: readonly number[]): number[] {
  const present = counts.filter((count) => count > 0);
  const images = present.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (count === 0 ? 0 : images / (present.length * count)));
}
