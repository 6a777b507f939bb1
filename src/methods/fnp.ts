import { z } from 'zod';
import { mul } from '../graph/ops.js';
import type { MethodAbout } from './about.js';
import { lambdaScale } from './lambda-unit.js';
import { bound, defineMethod } from './method.js';
import { absolute, reductionOption, squared } from './shared/reduction.js';

const about = {
  references: [
    {
      title: 'Low-shot Visual Recognition by Shrinking and Hallucinating Features',
      authors: ['Bharath Hariharan', 'Ross Girshick'],
      venue: 'ICCV',
      year: 2017,
      url: 'https://arxiv.org/abs/1606.02819',
      arxiv: '1606.02819',
    },
  ],
  idea:
    'Features are kept short: their squared length is added to the loss. It is RandReg with z = 0, and that is how the ' +
    'AdaRand paper compares it; its authors used it to pretrain on many classes before learning from few images.',
  equations: [
    'L = CE + lambda R',
    'l2     R = mean_i ||g_i||_2^2',
    'l1     R = mean_i ||g_i||_1',
    'half   R = 1/2 mean_i ||g_i||_2^2',
    'with reduction = mean, R is also divided by d',
  ],
  symbols: { R: 'the penalty of a batch, scalar' },
  defaults: {
    lambda:
      'follows from RandReg, whose weight is 1 with reduction = mean; the AdaRand paper does not state one for FNP',
    norm: 'the AdaRand paper',
    reduction: 'as for RandReg and AdaRand',
  },
  departures: [
    "The authors' own form is half with reduction = sum and a weight of 0.03 (in their scripts; 0.1 by default): a weight w " +
      'there is lambda = w d / 2 with mean.',
    'The length is squared: the plain norm has no derivative at 0.',
  ],
  cost: 'No pass more: a sum over the features.',
} satisfies MethodAbout;

/** Feature norm penalty: `about` has its equations. */
export const fnp = defineMethod({
  name: 'fnp',
  title: 'Feature norm penalty',
  paper: 'Hariharan and Girshick, ICCV 2017, arXiv 1606.02819',
  formula: 'L = CE + lambda mean ||g||^2',
  about,
  options: z.strictObject({
    norm: z
      .enum(['l2', 'l1', 'half'])
      .default('l2')
      .describe('squared length, absolute sum, or half the squared length'),
    reduction: reductionOption,
  }),
  defaultLambda: 1,
  lambdaUnit: 'features',
  bind: ({ norm, reduction }) =>
    bound({
      needs: ['features'],
      loss({ features }, tools) {
        // It grows with the features, not with their square, which is what the weight's unit is for.
        if (norm === 'l1')
          return {
            penalty: mul(absolute(features, reduction), 1 / Math.sqrt(lambdaScale('features', tools))),
          };
        const penalty = squared(features, reduction);
        return { penalty: norm === 'half' ? mul(penalty, 0.5) : penalty };
      },
    }),
});
