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
  let [low, high] = [-Math.log(LARGEST), Math.log(LARGEST)];
  if (slope(samples, Math.exp(low)) >= 0 || slope(samples, Math.exp(high)) <= 0) return undefined;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (slope(samples, Math.exp(middle)) < 0) low = middle;
    else high = middle;
  }
  return Math.exp(-(low + high) / 2);
}

/**
 * The derivative of the mean cross-entropy with respect to b, where the probabilities are softmax(b logits): for each image the
 * expected logit less that of its class. Without an array for each: it is asked for dozens of times.
 */
function slope({ logits, labels, classes }: LabelledLogits, b: number): number {
  let sum = 0;
  labels.forEach((label, i) => {
    const start = i * classes;
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = start; k < start + classes; k++) highest = Math.max(highest, logits[k] ?? 0);
    let total = 0;
    let weighted = 0;
    for (let k = start; k < start + classes; k++) {
      const logit = logits[k] ?? 0;
      const weight = Math.exp((logit - highest) * b);
      total += weight;
      weighted += weight * logit;
    }
    sum += weighted / total - at(logits, start + label);
  });
  return sum / labels.length;
}
