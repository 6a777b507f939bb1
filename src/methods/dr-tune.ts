import { z } from 'zod';
import { add } from '../graph/operators/add.js';
import { cast } from '../graph/operators/cast.js';
import { logSoftmax } from '../graph/operators/log-softmax.js';
import { matmul } from '../graph/operators/matmul.js';
import { mul } from '../graph/operators/mul.js';
import { reduceMean } from '../graph/operators/reduce-mean.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { sqrt } from '../graph/operators/sqrt.js';
import { stopGradient } from '../graph/operators/stop-gradient.js';
import { scalar, type Value } from '../graph/value.js';
import { calibrate } from './dr-tune/calibration.js';
import { enqueue, fillBank, oneHotRows } from './dr-tune/feature-bank.js';
import { defineMethod, type PreStep } from './method.js';
import { total } from './shared/distances.js';

/**
 * DR-Tune (Zhou, Chen and Huang, ICCV 2023, arXiv 2308.12058): the head must also classify features of the source
 * network, moved to where the downstream features are, so that it cannot overfit the ones at hand.
 *
 *   L = CE + lambda R',   R' = K_b/B mean_{k in bank} CE(head(s v_k), y_k)
 *
 * The paper's weight K_b/B is part of R', hence lambda = 1. The bank holds features of the last K_b training images, by
 * both networks: v_k are the source network's, calibrated (`calibrate`), s is the mean length of the batch's features.
 * No gradient passes through either, so R' trains the head alone; the backbone learns from its own B images.
 *
 * Calibration precedes the step, in a program of its own. A batch enters the bank after its step. At first both halves
 * of the bank hold source features of the training images. K_b is `bank` to the nearest multiple of B, and at most the
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
  formula:
    "L = CE + lambda K_b/B mean_k CE(head(v_k), y_k),  v_k = source features, rotated and moved to g's classes",
  needs: ['features', 'labels', 'head', 'pretrainedFeatures'],
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
  featureScaled: false,
  async prepare(tools, { bank }) {
    const { batchSize: B } = tools;
    const rounds = Math.ceil(tools.count('train') / B);
    const batches = Math.max(1, Math.min(Math.round(bank / B), rounds));
    const { features, labels } = await fillBank(tools, batches * B);
    return { source: features, labels };
  },
  build(context, { period, normalize }) {
    const { features, labels, head, pretrainedFeatures, batchSize: B, classes: K } = context;
    const { prepared, state, scratch } = context;
    const banks = {
      source: state('source', prepared('source')),
      downstream: state('downstream', prepared('source')),
      labels: state('labels', prepared('labels')),
    };
    const calibrated = scratch('calibrated', banks.source.shape);

    const isTurn = (batch: number) => period > 0 && batch % period === 0;
    const calibration = (rotate: boolean): PreStep => ({
      when: (batch) => isTurn(batch) === rotate,
      updates: new Map([[calibrated, calibrate(banks, head.weight, { rotate, normalize })]]),
    });

    const scaled = normalize ? mul(calibrated, stopGradient(meanLength(features))) : calibrated;
    const logits = add(matmul(scaled, head.weight, { transposeB: true }), head.bias);
    const own = mul(oneHotRows(banks.labels, K), logSoftmax(logits));
    return {
      penalty: mul(total(own), scalar(-1 / B)),
      updates: new Map([
        [banks.source, enqueue(banks.source, pretrainedFeatures)],
        [banks.downstream, enqueue(banks.downstream, features)],
        [banks.labels, enqueue(banks.labels, cast(labels, 'float32'))],
      ]),
      preSteps: [...(period === 0 ? [] : [calibration(true)]), ...(period === 1 ? [] : [calibration(false)])],
    };
  },
});

/** Mean norm of the rows. */
const meanLength = (x: Value): Value => reshape(reduceMean(sqrt(reduceSum(mul(x, x), [1]))), []);
