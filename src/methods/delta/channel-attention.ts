import { softmax } from '../../analysis/softmax.js';
import { mean } from '../../analysis/statistics.js';

/** Divides standardised importances: the authors' choice, found in their code only. */
const TEMPERATURE = 5;

/**
 * Weights of a map's channels (DELTA, arXiv 1901.09229): a = softmax(((v - mean v) / std v) / 5) of importances v [C],
 * which add up to 1. std is the population's. Importances that are all equal give 1 / C.
 */
export function channelAttention(importances: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(importances);
  const centre = mean(values);
  const std = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
  return softmax(values.map((value) => (std > 0 ? (value - centre) / std / TEMPERATURE : 0)));
}
