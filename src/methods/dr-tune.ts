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
import { calibrate } from './dr-tune/calibration.js';
import { enqueue, fillBank } from './dr-tune/feature-bank.js';
import type { PreStep } from './losses.js';
import { bound, defineMethod } from './method.js';

/**
 * DR-Tune (Zhou, Chen and Huang, ICCV 2023, arXiv 2308.12058): the head must also classify features of the
 * pretrained network, moved to where the downstream features are, so that it cannot overfit the ones at hand.
 *
 *   L = CE + lambda R',   R' = K_b/B mean_{k in bank} CE(head(s v_k), y_k)
 *
 * The paper's weight K_b/B is part of R', hence lambda = 1. The bank holds features of the last K_b training images, by
 * both networks: v_k are the pretrained network's, calibrated (`calibrate`), s is the mean length of the batch's features.
 * No gradient passes through either, so R' trains the head alone; the backbone learns from its own B images.
 *
 * Calibration precedes the step, in a program of its own. A batch enters the bank after its step. At first both halves
 * of the bank hold pretrained features of the training images. K_b is `bank` to the nearest multiple of B, and at most the
 * number of training images to the next one: then the bank holds them all.
 *
 * Paper and authors' code differ. The code is followed where it brings vectors to unit length before and after
 * calibration and then to length s (`normalize`; without, a_k is a softmax of raw logits and s = 1, as in the paper),
 * and where it rotates before each tenth batch of an epoch only, the others going without (`period: 1`: always, as in
 * the paper). Not in its loss: the mean cross-entropy over B + K_b rows, with 1 + K_b/B times the backbone's rate for
 * the head. That trains the head by the objective above at the backbone's rate, and the backbone at 1 / (1 + K_b/B) of
 * it: give this factor (1/33 at B = 64) as `--backbone-lr-scale` to do the same.
 */
export const drTune = defineMethod({
  name: 'dr-tune',
  title: 'Distribution regularization with semantic calibration (DR-Tune)',
  paper: 'Zhou et al., ICCV 2023, arXiv 2308.12058',
  paperTitle:
    'DR-Tune: Improving Fine-tuning of Pretrained Visual Models by Distribution Regularization with Semantic Calibration',
  formula:
    "L = CE + lambda K_b/B mean_k CE(head(v_k), y_k),  v_k = pretrained features, rotated and moved to g's classes",
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
