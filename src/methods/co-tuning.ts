import { z } from 'zod';
import { invariant } from '../errors.js';
import { gather, logSoftmax, mul, softmax, zeros } from '../graph/ops.js';
import { floatsOf } from '../graph/tensor.js';
import { input } from '../graph/value.js';
import { linear, sum } from '../nn/functional.js';
import { directRelationship, reverseRelationship } from './co-tuning/relationship.js';
import { bound, defineMethod } from './method.js';
import type { ImageSet, LabelledFeatures, PrepareTools } from './prepare.js';

/**
 * Co-Tuning (You, Kou, Long and Wang, NeurIPS 2020): the classifier that the network was pretrained with is kept and
 * tuned along, towards what the source classes say of each target class.
 *
 *   R = (1/B) sum_i sum_j -Q[y_i, j] log softmax(o_s,i)_j,   o_s = W_s g + b_s   [B, S]
 *   L = CE + lambda R
 *
 * Q [K, S] holds p(y_s | y_t = k), the probabilities of the S source classes given a target class. It is learned once,
 * before training, from the pretrained network's q(x) = softmax(tau o_s(x)) of the un-augmented target images, in one of
 * two ways (see `directRelationship` and `reverseRelationship`), and does not change. The gradient with respect to o_s
 * is lambda (softmax(o_s) - Q[y]) / B. In prediction only the new head counts.
 *
 * lambda's default is ours: the authors' 2.3, for a head that learns ten times as fast as the rest, let the source classes
 * outweigh the target's on every network that was tried here, and brought some to chance (docs/results.md#weights).
 *
 * `relationship: reverse` is the authors' script's. Where it differs from the paper, the script is
 * followed: Q has p(y_s) in it, but not p(y_t), so that its rows sum to 1. The Transfer-Learning-Library has `direct`.
 * tau is 1 unless said; the script has 0.8840456604957581, which calibrates its ResNet-50 on ImageNet.
 */
export const coTuning = defineMethod({
  name: 'co-tuning',
  title: 'Co-Tuning',
  paper: 'You et al., NeurIPS 2020',
  paperTitle: 'Co-Tuning for Transfer Learning',
  formula:
    'L = CE + lambda (1/B) sum_i sum_j -Q[y_i, j] log softmax(o_s)_ij,  Q[k, j] = p(y_s = j | y_t = k)',
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
