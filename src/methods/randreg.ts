import { z } from 'zod';
import { at } from '../errors.js';
import {
  add,
  div,
  float32,
  gather,
  matmul,
  mul,
  softmax,
  stopGradient,
  sub,
  type Value,
} from '../graph/ops.js';
import { norm } from '../nn/functional.js';
import type { MethodInputs, Need, Statistics } from './inputs.js';
import { lambdaScale } from './lambda-unit.js';
import type { LossTools } from './losses.js';
import { bound, defineMethod } from './method.js';
import { type Reduction, reductionOption, squared } from './shared/reduction.js';

/**
 * Random feature regularization, as the AdaRand paper compares it (after Zhong and Maki, CVPR 2020, arXiv
 * 1908.05997, without their balancing of gradient norms): each feature g_i [d] is pulled toward a vector z_i drawn
 * afresh at every step.
 *
 *   R = mean_i ||g_i - z_i||^2
 *   uniform     z ~ U(0,1) per coordinate
 *   normal      z ~ N(0,1) per coordinate
 *   pretrained  z ~ N(mu_s, sigma_s^2): statistics of the pretrained features over the target training set, per
 *               coordinate (`vector`, default) or mean and variance averaged over coordinates (`scalar`)
 *   class       z ~ N(mu_y, sigma_y^2): the same per class; "RandReg-CP". AdaRand without either of its two losses.
 *
 * With `--lambda-unit relative` (the default of a run) `uniform` and `normal` are, like lambda, for features of
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
  paperTitle: 'Regularizing CNN Transfer Learning with Randomised Regression',
  formula: 'L = CE + lambda mean ||g - z||^2,  z ~ p(z)',
  options: z.strictObject({
    prior: z.enum(['uniform', 'normal', 'pretrained', 'class']).default('uniform').describe('p(z)'),
    statistics: z
      .enum(['vector', 'scalar'])
      .default('vector')
      .describe('pretrained prior: per coordinate, or averaged'),
    balance: z
      .number()
      .min(0)
      .default(0)
      .describe(
        "the penalty's gradient relative to the task's (our reading of Zhong and Maki); 0: unbalanced",
      ),
    reduction: reductionOption,
  }),
  defaultLambda: 1,
  lambdaUnit: 'features',
  unused: ({ prior }) => (prior === 'pretrained' ? [] : ['statistics']),
  bind({ prior, statistics, balance, reduction }) {
    const { needs, draw } = priorOf(prior, statistics);
    return bound({
      needs: ['features', ...needs, ...(balance === 0 ? [] : balanceNeeds)],
      loss(inputs, tools) {
        const difference = sub(inputs.features, draw(inputs, tools));
        const penalty = squared(difference, reduction);
        if (balance === 0) return { penalty };
        const ratio = gradientRatio(inputs, difference, reduction);
        // The balance needs no unit for its weight.
        const weight = stopGradient(mul(ratio, balance / lambdaScale('features', tools)));
        return { penalty: mul(penalty, weight), metrics: { balance: weight } };
      },
    });
  },
});

/** How z [B, d] is drawn, and of what. */
interface Prior<N extends Need = Need> {
  readonly needs: readonly N[];
  draw(inputs: Pick<MethodInputs, N | 'features'>, tools: LossTools): Value;
}

const priorFrom = <const N extends Need>(prior: Prior<N>): Prior => prior;

function priorOf(
  name: 'uniform' | 'normal' | 'pretrained' | 'class',
  statistics: 'vector' | 'scalar',
): Prior {
  switch (name) {
    case 'uniform':
    case 'normal':
      // Of a size of its own, hence in the unit of the weight, too: for features of ResNet-50's size.
      return priorFrom({
        needs: [],
        draw: ({ features }, tools) =>
          mul(tools.noise(name, features.shape), 1 / Math.sqrt(lambdaScale('features', tools))),
      });
    case 'class':
      return priorFrom({
        needs: ['labels', 'classStatistics'],
        draw({ features, labels, classStatistics }, { noise, state }) {
          const standard = noise('normal', features.shape);
          const mean = gather(state('mean', classStatistics.mean), labels);
          return add(mean, mul(gather(state('std', classStatistics.std), labels), standard));
        },
      });
    case 'pretrained':
      return priorFrom({
        needs: ['featureStatistics'],
        draw({ features, featureStatistics }, { noise, state }) {
          const standard = noise('normal', features.shape);
          const { mean, std } = statistics === 'vector' ? featureStatistics : averaged(featureStatistics);
          return add(state('mean', mean), mul(state('std', std), standard));
        },
      });
  }
}

const balanceNeeds = ['logits', 'oneHot', 'head'] as const;

/** ||dCE/dG||_F / (||dR/dG||_F + 1e-12), a scalar, for the differences g - z [B, d]. */
function gradientRatio(
  { logits, oneHot, head }: Pick<MethodInputs, (typeof balanceNeeds)[number]>,
  difference: Value,
  reduction: Reduction,
): Value {
  const [B, d] = [at(difference.shape, 0), at(difference.shape, 1)];
  const residual = mul(sub(softmax(logits), oneHot), 1 / B);
  const gradient = mul(difference, 2 / (reduction === 'mean' ? B * d : B));
  return div(norm(matmul(residual, head.weight)), add(norm(gradient), 1e-12));
}

/** Mean and variance averaged over coordinates. */
function averaged({ mean, std }: Statistics): Statistics {
  const d = mean.data.length;
  const fill = (value: number) => float32([d], new Float32Array(d).fill(value));
  const variance = std.data.reduce((sum, sigma) => sum + sigma * sigma, 0) / d;
  return { mean: fill(mean.data.reduce((sum, m) => sum + m, 0) / d), std: fill(Math.sqrt(variance)) };
}
