import { type Composite, noSecondDerivative, type ReferenceTensor } from '../operator.js';
import { apply, type Value } from '../value.js';

type Attributes = { readonly epsilon: number };

/** Ioffe and Szegedy 2015. x [N,C,H,W]; scale, bias, mean, variance [C]; the variance is the population's (biased). */
export const BatchNormTraining: Composite<Attributes, 3, 3> = {
  kind: 'composite',
  name: 'BatchNormTraining',
  doc: "Batch normalization by the batch's own statistics, which are returned too (variance: population).",
  infer: ([x, scale]) => [x, scale, scale],
  gradient: ({ inputs: [x, scale], outputs: [, mean, variance], attributes, gradients: [dy] }) => {
    if (dy === undefined) return [];
    const all = apply(BatchNormGradient, [dy, x, scale, mean, variance], attributes);
    return [() => all[0], () => all[1], () => all[2]];
  },
  evaluate: ([x, scale, bias], { epsilon }) => {
    const { count, mean, variance, channelOf } = statistics(x);
    const y = x.data.map((element, i) => {
      const c = channelOf(i);
      const std = Math.sqrt((variance[c] ?? 0) / count + epsilon);
      return ((scale.data[c] ?? 0) * (element - (mean[c] ?? 0))) / std + (bias.data[c] ?? 0);
    });
    return [y, mean, variance.map((sum) => sum / count)];
  },
  samples: [
    { inputs: [{ shape: [3, 2, 2, 4] }, { shape: [2] }, { shape: [2] }], attributes: { epsilon: 1e-5 } },
    { inputs: [{ shape: [4, 3, 1, 1] }, { shape: [3] }, { shape: [3] }], attributes: { epsilon: 1e-3 } },
  ],
};

/**
 * Inputs dy, x, scale, mean, variance; outputs dx, dscale, dbias. With xhat the standardised x and M = N H W:
 * dbias = sum(dy), dscale = sum(dy xhat), dx = scale / std (dy - dbias / M - xhat dscale / M).
 */
export const BatchNormGradient: Composite<Attributes, 5, 3> = {
  kind: 'composite',
  name: 'BatchNormGradient',
  doc: "BatchNormTraining's gradients with respect to x, scale and bias.",
  infer: ([dy, , scale]) => [dy, scale, scale],
  gradient: noSecondDerivative('BatchNormGradient'),
  evaluate: ([dy, x, scale, mean, variance], { epsilon }) => {
    const { count, channelOf } = statistics(x);
    const std = variance.data.map((v) => Math.sqrt(v + epsilon));
    const xhat = x.data.map(
      (element, i) => (element - (mean.data[channelOf(i)] ?? 0)) / (std[channelOf(i)] ?? 1),
    );
    const dscale = new Float64Array(scale.data.length);
    const dbias = new Float64Array(scale.data.length);
    dy.data.forEach((g, i) => {
      const c = channelOf(i);
      dbias[c] = (dbias[c] ?? 0) + g;
      dscale[c] = (dscale[c] ?? 0) + g * (xhat[i] ?? 0);
    });
    const dx = dy.data.map((g, i) => {
      const c = channelOf(i);
      const mixed = g - ((dbias[c] ?? 0) + (xhat[i] ?? 0) * (dscale[c] ?? 0)) / count;
      return ((scale.data[c] ?? 0) / (std[c] ?? 1)) * mixed;
    });
    return [dx, dscale, dbias];
  },
  samples: [
    {
      inputs: [
        { shape: [3, 2, 2, 4] },
        { shape: [3, 2, 2, 4] },
        { shape: [2] },
        { shape: [2] },
        { shape: [2], range: [0.5, 2] },
      ],
      attributes: { epsilon: 1e-5 },
    },
  ],
};

/** Returns y, the batch mean and the batch's population variance. */
export function batchNormTraining(
  x: Value,
  parameters: { scale: Value; bias: Value },
  epsilon: number,
): readonly [Value, Value, Value] {
  return apply(BatchNormTraining, [x, parameters.scale, parameters.bias], { epsilon });
}

/** Per-channel mean and sum of squared deviations of x [N,C,H,W], and the number of elements a channel has. */
function statistics(x: ReferenceTensor) {
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const area = height * width;
  const count = batch * area;
  const channelOf = (i: number) => Math.floor(i / area) % channels;
  const mean = new Float64Array(channels);
  x.data.forEach((element, i) => {
    mean[channelOf(i)] = (mean[channelOf(i)] ?? 0) + element / count;
  });
  const variance = new Float64Array(channels);
  x.data.forEach((element, i) => {
    const c = channelOf(i);
    variance[c] = (variance[c] ?? 0) + (element - (mean[c] ?? 0)) ** 2;
  });
  return { count, mean, variance, channelOf };
}
