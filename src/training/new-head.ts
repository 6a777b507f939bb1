import { float32 } from '../graph/tensor.js';
import { normal, zero } from '../nn/initializers.js';
import type { Parameter } from '../nn/network.js';
import { Random } from '../random.js';
import { HEAD_BIAS, HEAD_WEIGHT } from './state-names.js';

/** The standard deviation of a new head's weights in the AdaRand paper, BSS and Co-Tuning. */
const HEAD_STD = 0.01;

/** A new linear head for K classes: weights N(0, 0.01^2), bias 0. */
export function newHead(featureSize: number, classes: number, seed: number): ReadonlyMap<string, Parameter> {
  const random = new Random(seed, 'weights');
  const shape = [classes, featureSize];
  const weight = normal(HEAD_STD)(shape, random);
  return new Map<string, Parameter>([
    [HEAD_WEIGHT, { kind: 'weight', tensor: float32(shape, weight) }],
    [HEAD_BIAS, { kind: 'bias', tensor: float32([classes], zero([classes], random)) }],
  ]);
}
