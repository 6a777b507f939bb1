import { z } from 'zod';
import { gradients } from '../autodiff/gradients.js';
import { at, invariant } from '../errors.js';
import { add, div, float32, gather, matmul, mul, stopGradient, sub, type Value } from '../graph/ops.js';
import { norm } from '../nn/functional.js';
import type { MethodAbout } from './about.js';
import type { MethodInputs, Need, Statistics } from './inputs.js';
import { lambdaScale } from './lambda-unit.js';
import type { LossTools } from './losses.js';
import { bound, defineMethod } from './method.js';
import { adarandLambda, adarandPaper, adarandReduction } from './shared/adarand-paper.js';
import { type Reduction, reductionOption, squared } from './shared/reduction.js';
import { rootMeanSquare } from './shared/root-mean-square.js';

const about = {
  references: [
    {
      title: 'Regularizing CNN Transfer Learning with Randomised Regression',
      authors: ['Yang Zhong', 'Atsuto Maki'],
      venue: 'CVPR',
      year: 2020,
      url: 'https://arxiv.org/abs/1908.05997',
      arxiv: '1908.05997',
    },
    adarandPaper,
  ],
  idea:
    'Each feature is pulled toward a vector that is drawn afresh at every step, from one of four priors. This is the form ' +
    'that the AdaRand paper compares, after Zhong and Maki, without their balancing of gradient norms.',
  equations: [
    'L = CE + lambda R',
    'R = mean_i ||g_i - z_i||_2^2,   with reduction = mean also divided by d',
    'uniform      z ~ U(0, 1) per coordinate',
    'normal       z ~ N(0, 1) per coordinate',
    'pretrained   z ~ N(mu_s, sigma_s^2)',
    'class        z ~ N(mu_y, sigma_y^2),   "RandReg-CP": AdaRand without its two losses',
    'E ||g - z||^2 = ||g - E z||^2 + tr Cov z:   in expectation g is pulled toward the mean of the prior',
    "balance      R' = rho ||dCE/dG||_F / (||dR/dG||_F + 1e-12) R,   the factor without a gradient",
  ],
  symbols: {
    'mu_s, sigma_s':
      'mean and standard deviation of the pretrained features over the training images, [d] (vector); or the mean of the means and the root of the mean variance over d (scalar)',
    'mu_y, sigma_y': 'the same over the images of class y, [K, d]',
    G: 'features of the batch, [B, d];   dCE/dG = (softmax(o) - Y) W / B, with label smoothing and weights of classes that of the cross-entropy with them',
    rho: 'the option balance',
  },
  defaults: {
    lambda: adarandLambda,
    prior: 'the simplest of the AdaRand paper; its best one depends on the dataset',
    statistics: 'per coordinate, as class statistics are; the paper prints averages',
    balance: 'off, as in the AdaRand paper',
    reduction: 'what lambda = 1 belongs to',
  },
  departures: [
    adarandReduction,
    'balance is our reading of pseudo-task regularization: how its authors balance the two gradients could not be read.',
    'With --lambda-unit relative, uniform and normal are scaled as the features of the network are: they are meant for ' +
      "ResNet-50's.",
  ],
  cost:
    'No pass more: random numbers [B, d] and a difference. One pass over the training images before training for the priors ' +
    'pretrained and class, and wherever lambda is relative.',
} satisfies MethodAbout;

/** Random feature regularization: `about` has its equations. */
export const randreg = defineMethod({
  name: 'randreg',
  title: 'Random feature regularization',
  paper: 'Zhong and Maki, CVPR 2020, arXiv 1908.05997; as compared in arXiv 2403.10097',
  formula: 'L = CE + lambda mean ||g - z||^2,  z ~ p(z)',
  about,
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

const balanceNeeds = ['logits', 'crossEntropy', 'head'] as const;

/** ||dCE/dG||_F / (||dR/dG||_F + 1e-12), a scalar, for the differences g - z [B, d]. */
function gradientRatio(
  { logits, crossEntropy, head }: Pick<MethodInputs, (typeof balanceNeeds)[number]>,
  difference: Value,
  reduction: Reduction,
): Value {
  const [B, d] = [at(difference.shape, 0), at(difference.shape, 1)];
  const [residual] = gradients(crossEntropy, [logits]);
  invariant(residual !== undefined, 'logits have a gradient');
  const gradient = mul(difference, 2 / (reduction === 'mean' ? B * d : B));
  return div(norm(matmul(residual, head.weight)), add(norm(gradient), 1e-12));
}

/** Mean and variance averaged over coordinates. */
function averaged({ mean, std }: Statistics): Statistics {
  const d = mean.data.length;
  const fill = (value: number) => float32([d], new Float32Array(d).fill(value));
  return { mean: fill(mean.data.reduce((sum, m) => sum + m, 0) / d), std: fill(rootMeanSquare(std.data)) };
}
