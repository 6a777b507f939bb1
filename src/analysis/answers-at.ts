import { at } from '../errors.js';
import { argMax } from './arg-max.js';
import type { Answer } from './calibration.js';
import { type LabelledLogits, probabilities } from './temperature.js';

/** The likeliest class of each image, with its probability at a temperature. */
export function answersAt({ logits, labels, classes }: LabelledLogits, temperature = 1): Answer[] {
  return labels.map((label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const answer = argMax(row);
    return { probability: at(probabilities(row, temperature), answer), right: answer === label };
  });
}
