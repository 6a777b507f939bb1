import { softmax } from '../../analysis/softmax.js';
import { at } from '../../errors.js';
import type { ImagePrediction } from '../operations/predict.js';

/** A finished run's parameters are finite, but may be so large that outputs are not. */
export const howToBeFinite = 'Start a new run with a smaller --learning-rate.';

/** The likeliest classes by an image's logits. */
export function answerOf(
  image: string,
  logits: Float32Array,
  classes: readonly string[],
  top: number,
): ImagePrediction {
  if (logits.every(Number.isFinite)) return { image, classes: likeliest(logits, classes, top) };
  const message = `${image} cannot be classified: the network's outputs are not finite`;
  return { image, error: { code: 'predict.not-finite', message, hint: howToBeFinite } };
}

function likeliest(logits: Float32Array, classes: readonly string[], top: number) {
  const probabilities = softmax(logits);
  const all = classes.map((name, k) => ({ name, probability: at(probabilities, k) }));
  return all.sort((a, b) => b.probability - a.probability).slice(0, top);
}
