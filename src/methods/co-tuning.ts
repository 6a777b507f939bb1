import { z } from 'zod';
import { invariant } from '../errors.js';
import { gather, logSoftmax, mul, softmax, zeros } from '../graph/ops.js';
import { floatsOf } from '../graph/tensor.js';
import { input } from '../graph/value.js';
import { linear, sum } from '../nn/functional.js';
import type { MethodAbout } from './about.js';
import { directRelationship, reverseRelationship } from './co-tuning/relationship.js';
import { bound, defineMethod } from './method.js';
import type { ImageSet, LabelledFeatures, PrepareTools } from './prepare.js';

const about = {
  references: [
    {
      title: 'Co-Tuning for Transfer Learning',
      authors: ['Kaichao You', 'Zhi Kou', 'Mingsheng Long', 'Jianmin Wang'],
      venue: 'NeurIPS',
      year: 2020,
      url: 'https://proceedings.neurips.cc/paper/2020/hash/c8067ad1937f728f51288b3eb986afaa-Abstract.html',
    },
  ],
  idea:
    'The classifier that the network was pretrained with is kept and tuned along, towards what the source classes say of each ' +
    'target class. What they say is learned once, before training. In prediction only the new head counts.',
  equations: [
    'L = CE + lambda R',
    'R = (1/B) sum_i sum_j -Q[y_i, j] log softmax(o_s,i)_j,   o_s = W_s g + b_s',
    'dR/do_s,i = (softmax(o_s,i) - Q[y_i]) / B',
    'q(x) = softmax(tau o_s(x)) of the pretrained network, on images without augmentation',
    'direct    Q[k] = mean of q over the training images of class k',
    "reverse   Q[k, j] = p(y_t = k | y_s = j) p(y_s = j) / sum_j' p(y_t = k | y_s = j') p(y_s = j')",
    '          p(y_t = k | y_s = j) = softmax_k(c M_kj),   p(y_s) = mean of q',
    '          M: logistic regression of the target classes on q, without intercept',
  ],
  symbols: {
    'W_s, b_s': "the pretrained classifier's weights [S, d] and bias [S], trained along",
    Q: 'p(source class | target class), [K, S], constant; rows add up to 1',
    'M, c':
      'weights [K, S] with the best of 17 penalties on the validation images, and the inverse temperature that suits these',
  },
  defaults: {
    lambda:
      "ours; the authors' 2.3 let the source classes outweigh the target's on every network that was tried here",
    relationship: "the authors' script",
    tau: 'no calibration; the script has 0.8840456604957581, which calibrates its ResNet-50 on ImageNet',
  },
  departures: [
    'Where the script differs from the paper it is followed: Q has p(y_s) in it, but not p(y_t), so that its rows add up to 1.',
    "The authors' 2.3 is for a head that learns ten times as fast as the rest; see docs/results.md#weights.",
    'Without validation images, every fifth training image of a class takes their part.',
  ],
  cost:
    'A second head in each step. Before training, one pass over training and validation images, and 18 logistic regressions ' +
    'on the source classes (reverse).',
} satisfies MethodAbout;

/** Co-Tuning: `about` has its equations. */
export const coTuning = defineMethod({
  name: 'co-tuning',
  title: 'Co-Tuning',
  paper: 'You et al., NeurIPS 2020',
  formula:
    'L = CE + lambda (1/B) sum_i sum_j -Q[y_i, j] log softmax(o_s)_ij,  Q[k, j] = p(y_s = j | y_t = k)',
  about,
  options: z.strictObject({
    relationship: z
      .enum(['reverse', 'direct'])
      .default('reverse')
      .describe('learn p(source class | target class) by way of the reverse, or as a plain mean'),
    tau: z.number().positive().default(1).describe('inverse temperature of the source probabilities'),
  }),
  defaultLambda: 0.05,
  lambdaUnit: 'none',
  bind: ({ relationship, tau }) =>
    bound({
      needs: ['labels', 'pretrainedLogits'],
      async prepare(tools) {
        const predictions = {
          train: await sourceProbabilities(tools, 'train', tau),
          val: await sourceProbabilities(tools, 'val', tau),
          classes: tools.classes,
        };
        if (relationship === 'direct') return { relationship: directRelationship(predictions) };
        return {
          relationship: await reverseRelationship(
            predictions,
            (outputs) => tools.compile(outputs),
            (done, total) => tools.progress(done, total),
          ),
        };
      },
      loss({ labels, pretrainedLogits }, { batchSize, prepared, state }) {
        const wanted = gather(state('relationship', prepared('relationship')), labels);
        return { penalty: mul(sum(mul(wanted, logSoftmax(pretrainedLogits))), -1 / batchSize) };
      },
    }),
});

/** q(x) = softmax(tau (W_s g(x) + b_s)) of all images of a set, [n, S], and their labels. */
async function sourceProbabilities(
  tools: PrepareTools,
  images: ImageSet,
  tau: number,
): Promise<LabelledFeatures> {
  const { pretrainedHead } = tools;
  invariant(pretrainedHead !== undefined, 'a run without a pretrained head is refused before');
  const { weight, bias } = pretrainedHead;
  if (tools.count(images) === 0)
    return { features: zeros('float32', [0, bias.data.length]), labels: new Int32Array() };
  const { features, labels } = await tools.features(images);
  const logits = linear(input('features', features), input('weight', weight), input('bias', bias));
  const computation = await tools.compile(new Map([['q', softmax(mul(logits, tau))]]));
  try {
    const feeds = new Map(Object.entries({ features, weight, bias }));
    return { features: floatsOf(await computation.run(feeds), 'q'), labels };
  } finally {
    await computation.release();
  }
}
