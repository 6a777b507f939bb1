import { z } from 'zod';
import { add } from '../graph/operators/add.js';
import { div } from '../graph/operators/div.js';
import { gather } from '../graph/operators/gather.js';
import { matmul } from '../graph/operators/matmul.js';
import { mul } from '../graph/operators/mul.js';
import { softmax } from '../graph/operators/softmax.js';
import { sqrt } from '../graph/operators/sqrt.js';
import { stopGradient } from '../graph/operators/stop-gradient.js';
import { sub } from '../graph/operators/sub.js';
import { float32 } from '../graph/tensor.js';
import { scalar, type Value } from '../graph/value.js';
import { defineMethod, type FeatureStatistics } from './method.js';
import { reductionOption, squared, total } from './shared/distances.js';

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
 * With `--lambda-unit feature-scale` (the default of a run) `uniform` and `normal` are, like lambda, for features of
 * ResNet-50's size: z is scaled as the features are. With `raw` it is as above.
 *
 * `balance: rho` weighs R anew at every step so that its pull on the features stays in proportion to the task's, as
 * pseudo-task regularization does on-line. How the authors do it could not be read: this is our interpretation,
 *
 *   R' = rho ||dCE/dG||_F / (||dR/dG||_F + 1e-12) R,   the factor without a gradient,   dCE/dG = (P - Y) W / B
 *
 * In expectation R pulls g toward the prior's mean: E ||g - z||^2 = ||g - mu||^2 + tr Sigma.
 */
export const randreg = defineMethod({
  name: 'randreg',
  title: 'Random feature regularization',
  paper: 'Zhong and Maki, CVPR 2020, arXiv 1908.05997; as compared in arXiv 2403.10097',
  formula: 'L = CE + lambda mean ||g - z||^2,  z ~ p(z)',
  needs: ['features', 'logits', 'labels', 'oneHot', 'head', 'classStatistics', 'featureStatistics'],
  options: z.strictObject({
    prior: z.enum(['uniform', 'normal', 'source', 'class']).default('uniform').describe('p(z)'),
    statistics: z
      .enum(['vector', 'scalar'])
      .default('vector')
      .describe('source prior: per coordinate, or averaged'),
    balance: z
      .number()
      .min(0)
      .default(0)
      .describe("the term's gradient relative to the task's (our reading of Zhong and Maki); 0: unbalanced"),
    reduction: reductionOption,
  }),
  defaultLambda: 1,
  featureScaled: true,
  build(context, { prior, statistics, balance, reduction }) {
    const { features, labels, noise, state } = context;
    // Priors of a size of their own are in the unit of the weight, too: for features of ResNet-50's size.
    const unit = scalar(1 / Math.sqrt(context.featureScale));
    const draw = (): Value => {
      if (prior === 'uniform') return mul(noise('uniform', features.shape), unit);
      const standard = noise('normal', features.shape);
      if (prior === 'normal') return mul(standard, unit);
      if (prior === 'class') {
        const { classStatistics } = context;
        const mean = gather(state('mean', classStatistics.mean), labels);
        return add(mean, mul(gather(state('std', classStatistics.std), labels), standard));
      }
      const { featureStatistics } = context;
      const { mean, std } = statistics === 'vector' ? featureStatistics : averaged(featureStatistics);
      return add(state('mean', mean), mul(state('std', std), standard));
    };
    const difference = sub(features, draw());
    const penalty = squared(difference, reduction);
    if (balance === 0) return { penalty };
    const { logits, oneHot, head, batchSize: B, featureSize: d, featureScale } = context;
    const residual = mul(sub(softmax(logits), oneHot), scalar(1 / B));
    const slope = mul(difference, scalar(2 / (reduction === 'mean' ? B * d : B)));
    const factor = div(norm(matmul(residual, head.weight)), add(norm(slope), scalar(1e-12)));
    // The balance needs no unit for its weight.
    const weight = stopGradient(mul(factor, scalar(balance / featureScale)));
    return { penalty: mul(penalty, weight), metrics: { balance: weight } };
  },
});

const norm = (value: Value): Value => sqrt(total(mul(value, value)));

/** Mean and variance averaged over coordinates. */
function averaged({ mean, std }: FeatureStatistics): FeatureStatistics {
  const d = mean.data.length;
  const fill = (value: number) => float32([d], new Float32Array(d).fill(value));
  const variance = std.data.reduce((sum, sigma) => sum + sigma * sigma, 0) / d;
  return { mean: fill(mean.data.reduce((sum, m) => sum + m, 0) / d), std: fill(Math.sqrt(variance)) };
}
