import { at } from '../errors.js';

type Numbers = Float32Array | Float64Array;

/** softmax(logits / temperature), without overflow. */
export function softmax(logits: Numbers, temperature = 1): Float64Array {
  const top = largest(logits);
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** ln softmax(logits). */
export function logSoftmax(logits: Numbers): Float64Array {
  const total = logSumExp(logits);
  return Float64Array.from(logits, (logit) => logit - total);
}

/** -ln softmax(logits)_label, in nats: the cross-entropy of one image. */
export function crossEntropyOf(logits: Numbers, label: number): number {
  return logSumExp(logits) - at(logits, label);
}

function logSumExp(values: Numbers): number {
  const top = largest(values);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - top);
  return top + Math.log(sum);
}

function largest(values: Numbers): number {
  let top = Number.NEGATIVE_INFINITY;
  for (const value of values) top = Math.max(top, value);
  return top;
}
