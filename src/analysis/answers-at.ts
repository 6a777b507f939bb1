import { at } from '../errors.js';
import { argMax } from './arg-max.js';
import type { Answer } from './calibration.js';
import type { LabelledLogits } from './temperature.js';

/** The likeliest class of each image, with its probability at a temperature. */
export function answersAt({ logits, labels, classes }: LabelledLogits, temperature = 1): Answer[] {
  return labels.map((label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const answer = argMax(row);
    return { probability: largestProbability(row, at(row, answer), temperature), right: answer === label };
  });
}

/** The largest element of the softmax, without an array: it is asked for of every image after every epoch. */
function largestProbability(logits: Float32Array, highest: number, temperature: number): number {
  let total = 0;
  for (const logit of logits) total += Math.exp((logit - highest) / temperature);
  return 1 / total;
}
