import { normalTail } from './special-functions.js';

/**
 * How far the mean ranks of two of k methods over N datasets must be apart for the difference to be significant at the level
 * `alpha`, whichever two are compared: q sqrt(k (k + 1) / (6 N)), q from the distribution of the range of k normal variables,
 * over sqrt 2. Nemenyi, "Distribution-free multiple comparisons" (1963); Demšar (JMLR 2006), section 3.2.2.
 */
export function criticalDifference(k: number, N: number, alpha = 0.05): number {
  return (rangeQuantile(k, 1 - alpha) / Math.SQRT2) * Math.sqrt((k * (k + 1)) / (6 * N));
}

/** The q that the range of k standard normal variables is below with `probability`, by bisection. */
export function rangeQuantile(k: number, probability: number): number {
  let [low, high] = [0, 20];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (rangeProbability(k, middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(range of k <= q) = k int phi(z) (Phi(z) - Phi(z - q))^(k-1) dz, by Simpson's rule. */
function rangeProbability(k: number, q: number): number {
  const [from, to, intervals] = [-8, 8, 800];
  const step = (to - from) / intervals;
  let sum = 0;
  for (let i = 0; i <= intervals; i++) {
    const z = from + i * step;
    const weight = i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2;
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    sum += weight * density * (normalTail(z - q) - normalTail(z)) ** (k - 1);
  }
  return (k * sum * step) / 3;
}
