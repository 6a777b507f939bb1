import { z } from 'zod';
import {
  logSoftmax,
  mul,
  reduceMean,
  reduceSum,
  reshape,
  sqrt,
  stopGradient,
  type Value,
} from '../graph/ops.js';
import { linear, oneHot, sum } from '../nn/functional.js';
import type { MethodAbout } from './about.js';
import { calibrate } from './dr-tune/calibration.js';
import { enqueue, fillBank } from './dr-tune/feature-bank.js';
import type { PreStep } from './losses.js';
import { bound, defineMethod } from './method.js';

const about = {
  references: [
    {
      title:
        'DR-Tune: Improving Fine-tuning of Pretrained Visual Models by Distribution Regularization with Semantic Calibration',
      authors: ['Nan Zhou', 'Jiaxin Chen', 'Di Huang'],
      venue: 'ICCV',
      year: 2023,
      url: 'https://arxiv.org/abs/2308.12058',
      arxiv: '2308.12058',
    },
  ],
  idea:
    'The head must also classify features of the pretrained network, moved to where the downstream features are, so that it ' +
    'cannot overfit the ones at hand. They come from a bank of the last training images, and are calibrated before a step.',
  equations: [
    "L = CE + lambda R'",
    "R' = K_b/B mean_{k in bank} CE(W s v_k + b, y_k)",
    'R = argmin_{R R^T = I, det R = 1} sum_k ||R (v_k^p - mean v^p) - (v_k^d - mean v^d)||^2',
    'u_k = R (v_k^p - mean v^p),   without a rotation u_k = v_k^p',
    'v_k = u_k + sum_{j in c} a_j v_j^d - mean_{j in c} u_j,   c = y_k,   a = softmax_{j in c}(w_c . v_j^d)',
    's = mean_i ||g_i||',
  ],
  symbols: {
    K_b: 'images in the bank: to the nearest multiple of B, and at most ceil(n/B) B of n training images, the last of which are then filled up from the first ones',
    'v^p, v^d':
      'features of the bank by the pretrained network and by the one that is trained, [K_b, d], of unit length with normalize',
    v_k: 'calibrated features, of unit length with normalize; constants: the head alone learns from them',
    w_c: "the head's row of class c, of unit length with normalize",
    s: 'the mean length of the features of the batch, a constant; 1 without normalize',
  },
  defaults: {
    lambda: "1: the paper's weight K_b/B is a part of R'",
    bank: 'the paper',
    period: "the authors' code; the paper rotates always, which is 1",
    normalize: "the authors' code; the paper does not mention it",
  },
  departures: [
    'Paper and code differ; the code is followed where it brings vectors to unit length before and after calibration and ' +
      'then to length s, and where it rotates before each tenth batch of an epoch only, the others going without.',
    "Not followed is the code's loss: the mean cross-entropy over B + K_b rows, with 1 + K_b/B times the backbone's rate for " +
      "the head. It trains the head by the objective above at the backbone's rate, and the backbone at 1 / (1 + K_b/B) of " +
      'it: --backbone-lr-scale with this factor (1/33 at B = 64) does the same.',
    'At first both halves of the bank hold pretrained features of training images.',
  ],
  cost:
    'One forward pass of the frozen network more in each step, the head on K_b features, and before each tenth batch a ' +
    'rotation of d dimensions; one pass over the images before training.',
} satisfies MethodAbout;

/** DR-Tune: `about` has its equations. */
export const drTune = defineMethod({
  name: 'dr-tune',
  title: 'Distribution regularization with semantic calibration (DR-Tune)',
  paper: 'Zhou et al., ICCV 2023, arXiv 2308.12058',
  formula:
    "L = CE + lambda K_b/B mean_k CE(head(v_k), y_k),  v_k = pretrained features, rotated and moved to g's classes",
  about,
  options: z.strictObject({
    bank: z.number().int().positive().default(2048).describe('K_b, how many images the bank holds'),
    period: z
      .number()
      .int()
      .nonnegative()
      .default(10)
      .describe('rotate before every so many batches of an epoch; 0: never'),
    normalize: z
      .boolean()
      .default(true)
      .describe('calibrate unit vectors, at the mean length of the features'),
  }),
  defaultLambda: 1,
  lambdaUnit: 'none',
  bind: ({ bank, period, normalize }) =>
    bound({
      needs: ['features', 'labels', 'head', 'pretrainedFeatures'],
      async prepare(tools) {
        const { batchSize: B } = tools;
        const most = Math.ceil(tools.count('train') / B);
        const batches = Math.max(1, Math.min(Math.round(bank / B), most));
        const { features, labels } = await fillBank(tools, batches * B);
        return { pretrained: features, labels };
      },
      loss({ features, labels, head, pretrainedFeatures }, tools) {
        const { batchSize: B, classes: K, prepared, state, scratch } = tools;
        const banks = {
          pretrained: state('pretrained', prepared('pretrained')),
          downstream: state('downstream', prepared('pretrained')),
          labels: state('labels', prepared('labels', 'int32')),
        };
        const calibrated = scratch('calibrated', banks.pretrained.shape);

        const rotates = (batch: number) => period > 0 && batch % period === 0;
        const calibration = (rotate: boolean): PreStep => ({
          when: (batch) => rotates(batch) === rotate,
          updates: new Map([[calibrated, calibrate(banks, head.weight, { rotate, normalize })]]),
        });

        const scaled = normalize ? mul(calibrated, stopGradient(meanLength(features))) : calibrated;
        const logits = linear(scaled, head.weight, head.bias);
        const own = mul(oneHot(banks.labels, K), logSoftmax(logits));
        return {
          penalty: mul(sum(own), -1 / B),
          updates: new Map([
            [banks.pretrained, enqueue(banks.pretrained, pretrainedFeatures)],
            [banks.downstream, enqueue(banks.downstream, features)],
            [banks.labels, enqueue(banks.labels, labels)],
          ]),
          preSteps: [
            ...(period === 0 ? [] : [calibration(true)]),
            ...(period === 1 ? [] : [calibration(false)]),
          ],
        };
      },
    }),
});

/** Mean norm of the rows: a scalar. */
const meanLength = (x: Value): Value => reshape(reduceMean(sqrt(reduceSum(mul(x, x), [1]))), []);
