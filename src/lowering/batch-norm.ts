import { add } from '../graph/operators/add.js';
import type { BatchNormGradient } from '../graph/operators/batch-norm-gradient.js';
import type { BatchNormTraining } from '../graph/operators/batch-norm-training.js';
import { div } from '../graph/operators/div.js';
import { max } from '../graph/operators/max.js';
import { mul } from '../graph/operators/mul.js';
import { sqrt } from '../graph/operators/sqrt.js';
import { sub } from '../graph/operators/sub.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { channelAffine, channelDot, channelSum } from './channels.js';
import type { LoweringOf } from './lowering.js';

/**
 * Three passes over x: its sums, its squares' sums, and y = scale x + offset with scale = gamma / std. The variance is
 * E[x^2] - E[x]^2, which loses (mean / std)^2 units in the last place: nothing, for what a convolution without bias
 * puts out.
 */
export const batchNormTraining: LoweringOf<typeof BatchNormTraining> = {
  lower([x, gamma, beta], { epsilon }, target) {
    const share = sizeOf(gamma.shape) / sizeOf(x.shape);
    const mean = mul(channelSum(x, target), share);
    const variance = max(sub(mul(channelDot(x, x, target), share), mul(mean, mean)), 0);
    const scale = div(gamma, deviation(variance, epsilon));
    return [channelAffine(x, scale, sub(beta, mul(mean, scale)), target), mean, variance];
  },
};

/**
 * With M elements per channel and scale = gamma / std: dbeta = sum(dy), dgamma = (sum(x dy) - mean dbeta) / std, and
 * dx = scale (dy + a x + c), where a = -dgamma / (M std) and c = -dbeta / M - a mean. Without the scale, that is one pass over
 * x and dy.
 */
export const batchNormGradient: LoweringOf<typeof BatchNormGradient> = {
  lower([dy, x, gamma, mean, variance], { epsilon, scaled }, target) {
    const share = sizeOf(gamma.shape) / sizeOf(x.shape);
    const std = deviation(variance, epsilon);
    const dbeta = channelSum(dy, target);
    const dgamma = div(sub(channelDot(x, dy, target), mul(mean, dbeta)), std);
    const a = mul(div(dgamma, std), -share);
    const c = sub(mul(dbeta, -share), mul(a, mean));
    if (!scaled) return [add(channelAffine(x, a, c, target), dy), dgamma, dbeta];
    const scale = div(gamma, std);
    const ofX = channelAffine(x, mul(scale, a), mul(scale, c), target);
    return [add(ofX, channelAffine(dy, scale, undefined, target)), dgamma, dbeta];
  },
};

/** [C] */
export function deviation(variance: Value, epsilon: number): Value {
  return sqrt(add(variance, epsilon));
}
