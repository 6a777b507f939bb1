import { z } from 'zod';
import { invariant } from '../errors.js';
import { add, float32, mul, sub } from '../graph/ops.js';
import { sumOfSquares } from '../nn/functional.js';
import { channelAttention } from './delta/channel-attention.js';
import { ablationImportances, gradientImportances } from './delta/channel-importance.js';
import { sampleTrainingImages } from './delta/image-sample.js';
import { mapScale } from './delta/map-scale.js';
import { type Attentions, weightedSquares } from './delta/weighted-squares.js';
import { LAMBDA_SCALE } from './lambda-unit.js';
import { bound, defineMethod } from './method.js';
import { logisticRegression } from './shared/logistic-regression.js';

/**
 * DELTA (Li, Xiong, Wang, Rao, Liu, Chen and Huan, ICLR 2019, arXiv 1901.09229): the network's intermediate maps stay
 * near the pretrained network's, most of all in the channels that matter for the target classes.
 *
 *   R = sum_l C_l / (2 h_l w_l) sum_b sum_c a_lc ||F_lbc - F^s_lbc||^2,   sum_c a_lc = 1
 *   L = CE + alpha R + beta / 2 (||W||^2 + ||b||^2)
 *
 * F_l [B, C_l, h_l, w_l] are the maps at the end of each stage (of a transformer: [B, T, C_l] after every quarter of
 * its blocks, tokens being pixels), F^s those of the pretrained network; W and b are the new head's. alpha is the
 * method's lambda. The terms replace the optimizer's weight decay.
 *
 * R is a sum over the batch, so alpha = 0.01 belongs to the authors' batch of 64; `reduction: mean` divides by B.
 * With BatchNorm in training mode R is not 0 at the first step: the frozen copy's uses its running statistics.
 *
 * Attention a_l = softmax of the channels' standardised importances (`channelAttention`), computed before training:
 *
 *   ablation   what the loss of a target classifier on the frozen network gains when the channel is zeroed. A pass
 *              through the network behind the map for each channel and batch: 3840 for ResNet-18, 15360 for ResNet-50
 *   gradient   an estimate of the same from a single backward pass per batch (`gradientImportances`): ours
 *   none       R = sum_l 1/2 ||F_l - F^s_l||^2, without any division: the authors' "feature map" variant. Roughly
 *              h_l w_l times as large, which the unit of lambda makes up for, unless it is raw
 *
 * Where we do otherwise than the authors' code: it compares the last 1x1 convolution of each ResNet stage, before its
 * BatchNorm, sum and ReLU, and zeroes that convolution's filters; we take the end of the stage, which other networks
 * have, too. It trains the target classifier by ten epochs of SGD; we solve the logistic regression. It looks at the
 * first four training batches; we draw as many images (32 a batch) at random, un-augmented, since those of a folder come
 * sorted by class. The standardisation, its factor 1/5 and C / (h w) are in the code only, and followed.
 */
export const delta = defineMethod({
  name: 'delta',
  title: 'DELTA: feature maps with attention',
  paper: 'Li et al., ICLR 2019, arXiv 1901.09229',
  paperTitle: 'DELTA: DEep Learning Transfer using Feature Map with Attention for Convolutional Networks',
  formula: 'L = CE + lambda sum_l C_l/(2 h_l w_l) sum_bc a_lc ||F - F_s||^2 + beta / 2 (||W||^2 + ||b||^2)',
  options: z.strictObject({
    attention: z
      .enum(['ablation', 'gradient', 'none'])
      .default('ablation')
      .describe("channels' weights: by loss without each, by gradients (fast), or plain maps"),
    batches: z
      .number()
      .int()
      .positive()
      .default(4)
      .describe('how many batches of 32 images the attention and the unit of lambda are computed from'),
    beta: z.number().min(0).default(0.01).describe("weight of the new head's own norm"),
    reduction: z
      .enum(['sum', 'mean'])
      .default('sum')
      .describe('sum over the images of a batch (lambda is for 64), or divide by their number'),
  }),
  defaultLambda: 0.01,
  lambdaUnit: 'feature-maps',
  replacesWeightDecay: true,
  bind: ({ attention, batches, beta, reduction }) =>
    bound({
      needs: ['featureMaps', 'pretrainedFeatureMaps', 'head'],

      async prepare(tools) {
        const sample = await sampleTrainingImages(tools, { batches, batchSize: 32 });
        const images = reduction === 'sum' ? tools.batchSize : 1;
        const scaleOf = (attentions: Attentions) => mapScale(tools, sample, { attentions, images });
        if (attention === 'none') return { [LAMBDA_SCALE]: await scaleOf(undefined) };

        const { features, labels } = await tools.features('train');
        const { classes } = tools;
        const head = await logisticRegression(
          { features, labels, classes, l2: 1e-4, intercept: true },
          (outputs) => tools.compile(outputs),
          { onEvaluation: () => tools.progress(0, 1) },
        );
        const estimate = attention === 'ablation' ? ablationImportances : gradientImportances;
        const weights = new Map(
          [...(await estimate(tools, head, sample))].map(([role, values]) => [
            role,
            float32([values.length], Float32Array.from(channelAttention(values))),
          ]),
        );
        const scale = await scaleOf((role) => known(weights, role));
        const named = [...weights].map(([role, attention]) => [attentionAt(role), attention]);
        return { ...Object.fromEntries(named), [LAMBDA_SCALE]: scale };
      },

      loss({ featureMaps, pretrainedFeatureMaps, head }, { prepared, batchSize }) {
        const differences = [...featureMaps].map(
          ([role, map]) => [role, sub(map, known(pretrainedFeatureMaps, role))] as const,
        );
        const attentions = attention === 'none' ? undefined : (role: string) => prepared(attentionAt(role));
        const perImage = reduction === 'mean' ? 1 / batchSize : 1;
        return {
          penalty: mul(weightedSquares(new Map(differences), attentions), perImage / 2),
          extraLoss: mul(add(sumOfSquares(head.weight), sumOfSquares(head.bias)), beta / 2),
        };
      },
    }),
});

const attentionAt = (role: string): string => `attention.${role}`;

function known<T>(byRole: ReadonlyMap<string, T>, role: string): T {
  const value = byRole.get(role);
  invariant(value !== undefined, `the pretrained network has no feature map ${role}`);
  return value;
}
