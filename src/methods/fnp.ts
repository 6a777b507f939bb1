import { z } from 'zod';
import { mul } from '../graph/ops.js';
import { lambdaScale } from './lambda-unit.js';
import { bound, defineMethod } from './method.js';
import { absolute, reductionOption, squared } from './shared/reduction.js';

/**
 * Feature norm penalty (Hariharan and Girshick, ICCV 2017, arXiv 1606.02819).
 *
 * With g_i the feature vector [d] of image i of B:
 *   l2    R = mean_i ||g_i||_2^2 (over d too when reduction is `mean`)
 *   l1    R = mean_i ||g_i||_1
 *   half  R = 1/2 mean_i ||g_i||_2^2, the authors' own form (they use reduction `sum`, lambda 0.03)
 *
 * It is RandReg with z = 0. The AdaRand paper does not state its lambda for FNP; 1 with `mean` follows from that
 * identity. Weight w in the half form with `sum` equals lambda = w d / 2 with `mean`.
 */
export const fnp = defineMethod({
  name: 'fnp',
  title: 'Feature norm penalty',
  paper: 'Hariharan and Girshick, ICCV 2017, arXiv 1606.02819',
  paperTitle: 'Low-shot Visual Recognition by Shrinking and Hallucinating Features',
  formula: 'L = CE + lambda mean ||g||^2',
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
