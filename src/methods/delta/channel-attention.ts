/** Divides standardised importances: the authors' choice, found in their code only. */
const TEMPERATURE = 5;

/**
 * Weights of a map's channels (DELTA, arXiv 1901.09229): a = softmax(((v - mean v) / std v) / 5) of importances v [C],
 * which add up to 1. std is the population's. Importances that are all equal give 1 / C.
 */
export function channelAttention(importances: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(importances);
  const mean = average(values);
  const std = Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
  const scores = values.map((value) => (std > 0 ? (value - mean) / std / TEMPERATURE : 0));
  const top = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const shares = scores.map((score) => Math.exp(score - top));
  const sum = average(shares) * shares.length;
  return shares.map((share) => share / sum);
}

const average = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
