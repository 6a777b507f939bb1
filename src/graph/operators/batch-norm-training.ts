import { at, invariant } from '../../errors.js';
import { type Composite, noGradient, type ReferenceTensor, type Value } from '../operator.js';
import { requireValues } from '../require-values.js';
import { nchw } from '../shapes.js';
import { elementAt, sizeOf } from '../tensor.js';
import { apply } from '../value.js';
import { add } from './add.js';
import { perChannel } from './batch-norm.js';
import { requireChannels } from './batch-norm-checks.js';
import { BatchNormGradient } from './batch-norm-gradient.js';
import { conv } from './conv.js';
import { expand } from './expand.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { reshape } from './reshape.js';
import { sub } from './sub.js';

/**
 * Ioffe and Szegedy 2015. x [N,C,H,W]; scale, bias, mean, variance [C]; the variance is the population's (biased).
 *
 * With M = N H W elements per channel, dmean/dx = 1 / M and dvariance/dx = 2 (x - mean) / M.
 */
export const BatchNormTraining: Composite<{ readonly epsilon: number }, 3, 3> = {
  kind: 'composite',
  name: 'BatchNormTraining',
  doc: "Batch normalization by the batch's own statistics, which are returned too (variance: population).",
  infer: ([x, scale, bias]) => {
    requireChannels('BatchNormTraining', x, { scale, bias });
    return [x, scale, scale];
  },
  gradient: ({ inputs: [x, scale], outputs: [, mean, variance], attributes, gradients }) => {
    const [dy, dmean, dvariance] = gradients;
    const operands = [x, scale, mean, variance] as const;
    const ofY = dy && apply(BatchNormGradient, [dy, ...operands], { ...attributes, scaled: true });
    const toX = [
      ofY && (() => ofY[0]),
      (dmean ?? dvariance) && (() => ofStatistics(x, mean, { dmean, dvariance })),
    ].filter((part) => part !== undefined);
    return [
      () => toX.map((part) => part()).reduce((sum, part) => add(sum, part)),
      ofY === undefined ? noGradient : () => ofY[1],
      ofY === undefined ? noGradient : () => ofY[2],
    ];
  },
  evaluate: ([x, scale, bias], { epsilon }) => {
    const { mean, variance, channelOf } = channelStatistics(x);
    const y = x.data.map((element, i) => {
      const c = channelOf(i);
      const std = Math.sqrt(at(variance, c) + epsilon);
      return (elementAt(scale.data, c) * (element - at(mean, c))) / std + elementAt(bias.data, c);
    });
    return [y, mean, variance];
  },
  samples: [
    { inputs: [{ shape: [3, 2, 2, 4] }, { shape: [2] }, { shape: [2] }], attributes: { epsilon: 1e-5 } },
    { inputs: [{ shape: [4, 3, 1, 1] }, { shape: [3] }, { shape: [3] }], attributes: { epsilon: 1e-3 } },
  ],
};

/**
 * scale (x - mean) / sqrt(variance + epsilon) + bias for each channel of x [N,C,H,W], by the batch's own statistics. Returns
 * y, the batch's mean [C] and its population (biased) variance [C].
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export function batchNormTraining(
  x: Value,
  parameters: { scale: Value; bias: Value },
  epsilon: number,
): readonly [Value, Value, Value] {
  requireValues('BatchNormTraining', [x]);
  return apply(BatchNormTraining, [x, parameters.scale, parameters.bias], { epsilon });
}

/** slope x + offset, per channel, with slope = 2 dvariance / M and offset = dmean / M - slope mean. */
function ofStatistics(
  x: Value,
  mean: Value,
  { dmean, dvariance }: { readonly dmean: Value | undefined; readonly dvariance: Value | undefined },
): Value {
  const [, channels] = nchw(x.shape);
  const share = channels / sizeOf(x.shape);
  const toMean = dmean && mul(dmean, share);
  if (dvariance === undefined) {
    invariant(toMean !== undefined, 'there is a gradient');
    return expand(perChannel(toMean), x.shape);
  }
  const slope = mul(dvariance, 2 * share);
  const moved = mul(slope, mean);
  return conv(
    x,
    reshape(slope, [channels, 1, 1, 1]),
    toMean === undefined ? neg(moved) : sub(toMean, moved),
    {
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      group: channels,
    },
  );
}

/** Per-channel mean and population variance of x [N,C,H,W]. */
function channelStatistics(x: ReferenceTensor) {
  const [batch, channels, height, width] = nchw(x.shape);
  const area = height * width;
  const count = batch * area;
  const channelOf = (i: number) => Math.floor(i / area) % channels;
  const mean = new Float64Array(channels);
  x.data.forEach((element, i) => {
    mean[channelOf(i)] = at(mean, channelOf(i)) + element / count;
  });
  const squares = new Float64Array(channels);
  x.data.forEach((element, i) => {
    const c = channelOf(i);
    squares[c] = at(squares, c) + (element - at(mean, c)) ** 2;
  });
  return { mean, variance: squares.map((sum) => sum / count), channelOf };
}
