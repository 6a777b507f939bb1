import { z } from 'zod';
import { at } from '../errors.js';
import {
  add,
  constant,
  div,
  float32,
  gather,
  matmul,
  max,
  min,
  mul,
  reduceSum,
  reshape,
  stopGradient,
  sub,
  type Tensor,
  type Value,
} from '../graph/ops.js';
import { cosineMatrix, cosineSimilarity, sum } from '../nn/functional.js';
import { adam } from '../optimizers/adam.js';
import { cosine, cosine716 } from '../optimizers/schedules.js';
import type { MethodAbout } from './about.js';
import { bound, defineMethod } from './method.js';
import { adarandLambda, adarandPaper, adarandReduction } from './shared/adarand-paper.js';
import { reductionOption, squared } from './shared/reduction.js';
import { rootMeanSquare } from './shared/root-mean-square.js';

const options = z.strictObject({
  form: z
    .enum(['paper', 'article'])
    .default('paper')
    .describe('which of two published forms sets the other defaults'),
  distance: z
    .enum(['cosine', 'squaredCosine'])
    .default('cosine')
    .describe('how far two class means are apart'),
  runningMean: z
    .enum(['persistent', 'anchored'])
    .optional()
    .describe('averaged over steps, or recomputed from mu'),
  intra: z.boolean().default(true).describe('class means follow the features'),
  inter: z.boolean().default(true).describe('class means repel each other'),
  alpha: z.number().min(0).max(1).default(0.5).describe('share of the past in the running means'),
  std: z
    .enum(['diagonal', 'isotropic'])
    .default('diagonal')
    .describe('one sigma per coordinate, or per class'),
  priorLearningRate: z.number().positive().optional().describe("Adam's, for the class means"),
  reduction: reductionOption,
});

const about = {
  references: [adarandPaper],
  idea:
    "Each feature is pulled toward a random vector from its class's Gaussian, whose mean is trained alongside: it follows the " +
    "features of the class (l_intra) and moves away from those of other classes (l_inter). The losses do not see the means' " +
    "lengths, so the prior's scale comes from the pretrained features.",
  equations: [
    'z_i = mu_{y_i} + sigma_{y_i} eps_i,   eps_i ~ N(0, I)',
    'R = mean_i ||g_i - z_i||_2^2,   with reduction = mean also divided by d    (gradients reach the network only)',
    'L = CE + lambda R',
    'mubar_k <- alpha mubar_k + (1 - alpha) muhat_k,   muhat_k = mean of g_i with y_i = k    (classes of the batch only)',
    'D(u, v) = 1 - cos(u, v)',
    'l_intra = 1/K sum_k D(mu_k, mubar_k)',
    'l_inter = -1/(K(K-1)) sum_{k != l} D(mu_k, mu_l)',
    'mu <- one step of Adam on l_intra + l_inter    (gradients reach mu only)',
    'article         mubar_k = alpha mu_k + (1 - alpha) muhat_k,   muhat_k = 0 for absent classes',
    '                l_inter = 1/K^2 sum_{k != l} cos(mu_k, mu_l)',
    'squaredCosine   l_intra = 1/K sum_k (1 - cos(mu_k, mubar_k))^2',
    '                l_inter = 1/(K(K-1)) sum_{k != l} cos(mu_k, mu_l)^2',
  ],
  symbols: {
    'mu, mubar':
      'means and running means of the classes, [K, d]; at first those of the pretrained features over the training images',
    sigma: 'their standard deviations, [K, d], constant; isotropic: the root of the mean variance over d',
    eps: 'drawn afresh for each image and step, [B, d]',
  },
  defaults: {
    lambda: adarandLambda,
    form: 'the paper; article is the implementation that came with an article about it',
    distance: "the paper; squaredCosine is the authors' released code, and has its own l_inter in both forms",
    runningMean: 'the form: persistent in the paper, anchored in the article',
    intra: 'the paper',
    inter: 'the paper',
    alpha: "the authors' setting",
    std: 'both implementations; the formula of the paper is isotropic',
    priorLearningRate: "the form: 0.01 in the authors' setting, 0.001 in the article",
    reduction: 'what lambda = 1 belongs to',
  },
  departures: [
    adarandReduction,
    "Adam's rate is multiplied by cos(7 pi t / (16 T)), t of T updates, in the paper's form; it falls to 0 as a cosine in the article's, here per step, there per epoch.",
    'In the article the pretrained statistics are those of a network in training mode; here it is in evaluation mode.',
    'squaredCosine makes class means orthogonal rather than opposite.',
    'Without intra it is "w/o l_intra", without inter "w/o l_inter", and without both RandReg-CP, which is randreg with prior = class.',
  ],
  cost:
    'No pass more: random numbers and a difference [B, d], cosines [K, K], and five tensors [K, d]. One pass of the frozen ' +
    'network over the training images before training.',
} satisfies MethodAbout;

/** Adaptive random feature regularization: `about` has its equations, as the paper has them. */
export const adarand = defineMethod({
  name: 'adarand',
  title: 'Adaptive random feature regularization',
  paper: 'Yamaguchi et al., CVPR 2024, arXiv 2403.10097',
  formula: 'L = CE + lambda mean ||g - z||^2,  z ~ N(mu_y, sigma_y^2);  mu <- Adam(l_intra + l_inter)',
  about,
  options,
  defaultLambda: 1,
  lambdaUnit: 'features',
  unused: ({ intra, inter }) => [
    ...(intra ? [] : ['runningMean', 'alpha']),
    ...(intra || inter ? [] : ['distance', 'form', 'priorLearningRate']),
  ],
  bind: (chosen) =>
    bound({
      needs: ['features', 'labels', 'oneHot', 'classStatistics'],
      loss({ features, labels, oneHot, classStatistics }, { classes: K, noise, state }) {
        const { distance, intra, inter, alpha, reduction, form } = chosen;
        const anchored =
          (chosen.runningMean ?? (form === 'paper' ? 'persistent' : 'anchored')) === 'anchored';
        const diagonal = chosen.std === 'diagonal';

        const mean = state('mean', classStatistics.mean);
        const std = state('std', diagonal ? classStatistics.std : isotropic(classStatistics.std));
        const z = add(gather(mean, labels), mul(gather(std, labels), noise('normal', features.shape)));
        const penalty = squared(sub(features, z), reduction);
        if (!intra && !inter) return { penalty };

        const counts = reshape(reduceSum(oneHot, [0]), [K, 1]);
        const batchMean = div(matmul(oneHot, features, { transposeA: true }), max(counts, 1));
        const runningMean = state('runningMean', classStatistics.mean);
        const past = anchored ? stopGradient(mean) : runningMean;
        const mixed = add(mul(past, alpha), mul(batchMean, 1 - alpha));
        const present = min(counts, 1);
        const running = anchored ? mixed : add(runningMean, mul(present, sub(mixed, runningMean)));

        const squares = distance === 'squaredCosine';
        const maybeSquared = (x: Value) => (squares ? mul(x, x) : x);
        const similarity = maybeSquared(cosineMatrix(mean, mean));
        const away = maybeSquared(sub(1, cosineSimilarity(mean, running)));
        const pairs = form === 'paper' || squares ? K * (K - 1) : K * K;
        const intraLoss = mul(sum(away), 1 / K);
        const interLoss = interOf(similarity, K, pairs, form === 'paper' && !squares);
        return {
          penalty,
          updates: new Map([[runningMean, running]]),
          learned: {
            states: [mean],
            objective: add(intra ? intraLoss : 0, inter ? interLoss : 0),
            optimizer: adam(),
            learningRate: chosen.priorLearningRate ?? (form === 'paper' ? 1e-2 : 1e-3),
            schedule: form === 'paper' ? cosine716 : cosine,
          },
          metrics: { intra: intraLoss, inter: interLoss },
        };
      },
    }),
});

/** The sum over k != l of the K x K similarities, over `pairs`; the paper's constant -1 is kept so that values compare. */
function interOf(similarity: Value, K: number, pairs: number, offset: boolean): Value {
  if (K === 1) return constant(float32([], [0]));
  const different = Float32Array.from({ length: K * K }, (_, i) => (i % (K + 1) === 0 ? 0 : 1));
  const mean = mul(sum(mul(similarity, constant(float32([K, K], different)))), 1 / pairs);
  return offset ? sub(mean, 1) : mean;
}

/** sigma_k^2 as the mean over coordinates, the same for all of them. */
function isotropic({ shape, data }: Tensor<'float32'>): Tensor<'float32'> {
  const d = at(shape, 1);
  const result = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += d)
    result.fill(rootMeanSquare(data.subarray(start, start + d)), start, start + d);
  return float32(shape, result);
}
