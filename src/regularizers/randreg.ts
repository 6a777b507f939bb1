import { z } from 'zod';
import { add } from '../graph/operators/add.js';
import { gather } from '../graph/operators/gather.js';
import { mul } from '../graph/operators/mul.js';
import { sub } from '../graph/operators/sub.js';
import { float32 } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { reductionOption, squared } from './distances.js';
import { defineRegularizer, type FeatureStatistics } from './regularizer.js';

/**
 * Random feature regularization, as the AdaRand paper compares it (after Zhong and Maki, CVPR 2020, arXiv
 * 1908.05997, without their balancing of gradient norms): each feature g_i [d] is pulled toward a vector z_i drawn
 * afresh at every step.
 *
 *   R = mean_i ||g_i - z_i||^2
 *   uniform   z ~ U(0,1) per coordinate
 *   normal    z ~ N(0,1) per coordinate
 *   source    z ~ N(mu_s, sigma_s^2): statistics of the source network's features over the target training set,
 *             per coordinate (`vector`, default) or mean and variance averaged over coordinates (`scalar`)
 *   class     z ~ N(mu_y, sigma_y^2): the same per class; "RandReg-CP". AdaRand without either of its two losses.
 *
 * In expectation R pulls g toward the prior's mean: E ||g - z||^2 = ||g - mu||^2 + tr Sigma.
 */
export const randreg = defineRegularizer({
  name: 'randreg',
  title: 'Random feature regularization',
  paper: 'Zhong and Maki, CVPR 2020, arXiv 1908.05997; as compared in arXiv 2403.10097',
  formula: 'L = CE + lambda mean ||g - z||^2,  z ~ p(z)',
  needs: ['features', 'labels', 'classStatistics', 'featureStatistics'],
  options: z.strictObject({
    prior: z.enum(['uniform', 'normal', 'source', 'class']).default('uniform').describe('p(z)'),
    statistics: z
      .enum(['vector', 'scalar'])
      .default('vector')
      .describe('source prior: per coordinate, or averaged'),
    reduction: reductionOption,
  }),
  defaultLambda: 1,
  featureScaled: true,
  build(context, { prior, statistics, reduction }) {
    const { features, labels, noise, state } = context;
    const draw = (): Value => {
      if (prior === 'uniform') return noise('uniform', features.shape);
      const standard = noise('normal', features.shape);
      if (prior === 'normal') return standard;
      if (prior === 'class') {
        const { classStatistics } = context;
        const mean = gather(state('mean', classStatistics.mean), labels);
        return add(mean, mul(gather(state('std', classStatistics.std), labels), standard));
      }
      const { featureStatistics } = context;
      const { mean, std } = statistics === 'vector' ? featureStatistics : averaged(featureStatistics);
      return add(state('mean', mean), mul(state('std', std), standard));
    };
    return { term: squared(sub(features, draw()), reduction) };
  },
});

/** Mean and variance averaged over coordinates. */
function averaged({ mean, std }: FeatureStatistics): FeatureStatistics {
  const d = mean.data.length;
  const fill = (value: number) => float32([d], new Float32Array(d).fill(value));
  const variance = std.data.reduce((sum, sigma) => sum + sigma * sigma, 0) / d;
  return { mean: fill(mean.data.reduce((sum, m) => sum + m, 0) / d), std: fill(Math.sqrt(variance)) };
}
