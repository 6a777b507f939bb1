import { add } from '../graph/operators/add.js';
import type { BatchNormGradient } from '../graph/operators/batch-norm-gradient.js';
import type { BatchNormTraining } from '../graph/operators/batch-norm-training.js';
import { div } from '../graph/operators/div.js';
import { max } from '../graph/operators/max.js';
import { mul } from '../graph/operators/mul.js';
import { neg } from '../graph/operators/neg.js';
import { sqrt } from '../graph/operators/sqrt.js';
import { sub } from '../graph/operators/sub.js';
import { sizeOf } from '../graph/tensor.js';
import { scalar, type Value } from '../graph/value.js';
import { channelAffine, channelDot, channelSum } from './channels.js';
import type { LoweringOf } from './lowering.js';

/**
 * Three passes over x: its sums, its squares' sums, and y = slope x + offset. The variance is E[x^2] - E[x]^2, which
 * loses (mean / deviation)^2 units in the last place: nothing, for what a convolution without bias puts out.
 */
export const batchNormTraining: LoweringOf<typeof BatchNormTraining> = {
  lower([x, scale, bias], { epsilon }, target) {
    const share = scalar(sizeOf(scale.shape) / sizeOf(x.shape));
    const mean = mul(channelSum(x), share);
    const variance = max(sub(mul(channelDot(x, x, target), share), mul(mean, mean)), scalar(0));
    const slope = div(scale, deviation(variance, epsilon));
    return [channelAffine(x, slope, sub(bias, mul(mean, slope)), target), mean, variance];
  },
};

/**
 * With M elements per channel and s = scale / std: dbias = sum(dy), dscale = (sum(x dy) - mean dbias) / std,
 * dx = s dy + a x + c, where a = -s dscale / (M std) and c = -s dbias / M - a mean.
 */
export const batchNormGradient: LoweringOf<typeof BatchNormGradient> = {
  lower([dy, x, scale, mean, variance], { epsilon }, target) {
    const share = scalar(sizeOf(scale.shape) / sizeOf(x.shape));
    const std = deviation(variance, epsilon);
    const dbias = channelSum(dy);
    const dscale = div(sub(channelDot(x, dy, target), mul(mean, dbias)), std);
    const slope = div(scale, std);
    const slopeX = neg(mul(mul(slope, div(dscale, std)), share));
    const offset = neg(add(mul(mul(slope, dbias), share), mul(slopeX, mean)));
    const dx = add(channelAffine(x, slopeX, offset, target), channelAffine(dy, slope, undefined, target));
    return [dx, dscale, dbias];
  },
};

function deviation(variance: Value, epsilon: number): Value {
  return sqrt(add(variance, scalar(epsilon)));
}
