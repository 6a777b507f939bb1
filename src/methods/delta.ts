import { z } from 'zod';
import { invariant } from '../errors.js';
import { add, float32, mul, sub } from '../graph/ops.js';
import { sumOfSquares } from '../nn/functional.js';
import type { MethodAbout } from './about.js';
import { channelAttention } from './delta/channel-attention.js';
import { ablationImportances, gradientImportances } from './delta/channel-importance.js';
import { sampleTrainingImages } from './delta/image-sample.js';
import { mapScale } from './delta/map-scale.js';
import { type Attentions, weightedSquares } from './delta/weighted-squares.js';
import { LAMBDA_SCALE } from './lambda-unit.js';
import { bound, defineMethod } from './method.js';
import { logisticRegression } from './shared/logistic-regression.js';

const about = {
  references: [
    {
      title: 'DELTA: DEep Learning Transfer using Feature Map with Attention for Convolutional Networks',
      authors: [
        'Xingjian Li',
        'Haoyi Xiong',
        'Hanchao Wang',
        'Yuxuan Rao',
        'Liping Liu',
        'Zeyu Chen',
        'Jun Huan',
      ],
      venue: 'ICLR',
      year: 2019,
      url: 'https://arxiv.org/abs/1901.09229',
      arxiv: '1901.09229',
    },
  ],
  idea:
    "The network's intermediate maps stay near those of the pretrained network, most of all in the channels that matter for " +
    'the target classes. How much a channel matters is found out before training.',
  equations: [
    'L = CE + alpha R + beta / 2 (||W||_F^2 + ||b||^2),   alpha = lambda',
    'R = sum_l C_l / (2 h_l w_l) sum_b sum_c a_lc ||F_lbc - F^s_lbc||_F^2,   sum_c a_lc = 1',
    'a_l = softmax(((v_l - mean v_l) / std v_l) / 5)',
    'ablation   v_lc = mean over batches of CE(F^s with F^s_lc = 0) - CE(F^s)',
    'gradient   v_lc = an estimate of the same from one backward pass for each batch',
    'none       R = sum_l 1/2 ||F_l - F^s_l||_F^2, without any division',
    'with reduction = mean, R is also divided by B',
  ],
  symbols: {
    F_l: 'maps at the end of stage l, [B, C_l, h_l, w_l]; of a transformer, [B, T, C_l] after every quarter of its blocks',
    'F^s_l': 'the same of the pretrained network; constants',
    a_l: 'attention of the channels, [C_l]; constant, all equal to 1 / C_l where importances are',
    v_l: 'importances of the channels, [C_l], under a logistic regression on the pretrained features',
  },
  defaults: {
    lambda: "the authors' code, relative to the size of the feature maps",
    attention: 'the paper',
    batches: "the authors' code",
    beta: "the authors' code",
    reduction: "the authors' code, whose 0.01 belongs to batches of 64",
  },
  departures: [
    'The authors compare the last 1x1 convolution of each ResNet stage, before its BatchNorm, sum and ReLU, and zero that ' +
      "convolution's filters; here it is the end of the stage, which other networks have, too.",
    'They train the target classifier by ten epochs of SGD; here it is the logistic regression itself.',
    'They look at the first four training batches; here as many images (32 a batch) are drawn at random, since those of a ' +
      'folder come sorted by class.',
    'Standardisation, its factor 1/5 and C / (h w) are in their code only, and followed. attention = gradient is ours.',
    'With BatchNorm in training mode R is not 0 at the first step: the frozen copy uses its running statistics.',
  ],
  cost:
    'One forward pass of the frozen network more in each step. Before training, one pass over the images; and for ablation ' +
    'the rest of the network once for each channel and batch: 3840 times for ResNet-18, 15360 for ResNet-50.',
} satisfies MethodAbout;

/** DELTA: `about` has its equations. */
export const delta = defineMethod({
  name: 'delta',
  title: 'DELTA: feature maps with attention',
  paper: 'Li et al., ICLR 2019, arXiv 1901.09229',
  formula: 'L = CE + lambda sum_l C_l/(2 h_l w_l) sum_bc a_lc ||F - F_s||^2 + beta / 2 (||W||^2 + ||b||^2)',
  about,
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
