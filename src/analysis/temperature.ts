import { at, invariant } from '../errors.js';

/** Logits [n, K], row by row, of images whose classes are known. */
export interface LabelledLogits {
  readonly logits: Float32Array;
  readonly labels: readonly number[];
  readonly classes: number;
}

/** Temperatures are looked for between 1/64 and 64. */
const LARGEST = 64;

/**
 * The temperature T for which softmax(logits / T) has the smallest cross-entropy (Guo et al., ICML 2017, arXiv 1706.04599).
 * The loss is convex in 1/T, so its derivative has one zero, which is bisected; undefined where there is none between the
 * limits, as where every answer is right.
 */
export function fitTemperature(samples: LabelledLogits): number | undefined {
  invariant(samples.labels.length > 0, 'a temperature of nothing');
  const slopeAt = (power: number) => scaledCrossEntropy(samples, Math.exp(power)).slope;
  let [low, high] = [-Math.log(LARGEST), Math.log(LARGEST)];
  if (slopeAt(low) >= 0 || slopeAt(high) <= 0) return undefined;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (slopeAt(middle) < 0) low = middle;
    else high = middle;
  }
  return Math.exp(-(low + high) / 2);
}

/**
 * The mean cross-entropy where the probabilities are softmax(b logits), and its derivative with respect to b: of each image, the
 * expected logit less that of its class. Without an array for each: it is asked for dozens of times.
 */
export function scaledCrossEntropy(
  { logits, labels, classes }: Omit<LabelledLogits, 'labels'> & { readonly labels: ArrayLike<number> },
  b: number,
): { readonly loss: number; readonly slope: number } {
  let loss = 0;
  let slope = 0;
  for (let i = 0; i < labels.length; i++) {
    const start = i * classes;
    const own = at(logits, start + at(labels, i));
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = start; k < start + classes; k++) highest = Math.max(highest, at(logits, k));
    let total = 0;
    let weighted = 0;
    for (let k = start; k < start + classes; k++) {
      const logit = at(logits, k);
      const weight = Math.exp((logit - highest) * b);
      total += weight;
      weighted += weight * logit;
    }
    loss += b * (highest - own) + Math.log(total);
    slope += weighted / total - own;
  }
  return { loss: loss / labels.length, slope: slope / labels.length };
}
