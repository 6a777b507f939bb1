import { AdarandError, at } from '../../errors.js';
import { requireFloat } from '../dtypes.js';
import { type Composite, refused } from '../operator.js';
import { nchw } from '../shapes.js';
import { elementAt, sameShape } from '../tensor.js';
import { requireChannels } from './batch-norm-checks.js';

const secondDerivative = refused('second derivatives through it are not supported');

type Attributes = {
  readonly epsilon: number;
  /** Whether dx is multiplied by scale / std; else what reads it has to be. */
  readonly scaled: boolean;
};

/**
 * Inputs dy, x, scale, mean, variance; outputs dx, dscale, dbias. With xhat the standardised x and M = N H W:
 * dbias = sum(dy), dscale = sum(dy xhat), dx = scale / std (dy - dbias / M - xhat dscale / M).
 */
export const BatchNormGradient: Composite<Attributes, 5, 3> = {
  kind: 'composite',
  name: 'BatchNormGradient',
  doc: "BatchNormTraining's gradients with respect to x, scale and bias.",
  infer: ([dy, x, scale, mean, variance]) => {
    requireChannels('BatchNormGradient', x, { scale, mean, variance });
    requireFloat('BatchNormGradient', 'dy', dy);
    if (!sameShape(dy.shape, x.shape))
      throw new AdarandError(
        'graph.shape',
        `BatchNormGradient: dy is [${dy.shape}], and x [${x.shape}]`,
        'The gradient of a result has its shape: see what dy was computed from.',
      );
    return [dy, scale, scale];
  },
  gradient: () => [secondDerivative, secondDerivative, secondDerivative, secondDerivative, secondDerivative],
  evaluate: ([dy, x, scale, mean, variance], { epsilon, scaled }) => {
    const [batch, channels, height, width] = nchw(x.shape);
    const area = height * width;
    const channelOf = (i: number) => Math.floor(i / area) % channels;
    const std = variance.data.map((v) => Math.sqrt(v + epsilon));
    const xhat = x.data.map(
      (element, i) => (element - elementAt(mean.data, channelOf(i))) / at(std, channelOf(i)),
    );
    const dscale = new Float64Array(channels);
    const dbias = new Float64Array(channels);
    dy.data.forEach((g, i) => {
      const c = channelOf(i);
      dbias[c] = at(dbias, c) + g;
      dscale[c] = at(dscale, c) + g * at(xhat, i);
    });
    const dx = dy.data.map((g, i) => {
      const c = channelOf(i);
      const mixed = g - (at(dbias, c) + at(xhat, i) * at(dscale, c)) / (batch * area);
      return scaled ? (elementAt(scale.data, c) / at(std, c)) * mixed : mixed;
    });
    return [dx, dscale, dbias];
  },
  samples: [true, false].map((scaled) => ({
    inputs: [
      { shape: [3, 2, 2, 4] },
      { shape: [3, 2, 2, 4] },
      { shape: [2] },
      { shape: [2] },
      { shape: [2], range: [0.5, 2] },
    ],
    attributes: { epsilon: 1e-5, scaled },
  })),
};
