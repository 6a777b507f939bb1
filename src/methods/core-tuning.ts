import { z } from 'zod';
import {
  concat,
  div,
  float32,
  logSoftmax,
  matmul,
  mul,
  neg,
  relu,
  scalar,
  stopGradient,
  sub,
  type Value,
  zeros,
} from '../graph/ops.js';
import { identity, linear, normalize, sum } from '../nn/functional.js';
import { normal } from '../nn/initializers.js';
import { Random } from '../random.js';
import { contrastive } from './core-tuning/contrastive.js';
import { hardPairs } from './core-tuning/hard-pairs.js';
import type { LossTools } from './losses.js';
import { bound, defineMethod } from './method.js';

/**
 * Core-tuning (Zhang, Hooi, Hu, Liang and Feng, NeurIPS 2021, arXiv 2102.06605): fine-tuning with a focal contrastive
 * loss on hard pairs, and a classifier that is trained on the mixes, too.
 *
 *   f = [g; f+; f-]                                      B features and two mixes each (`hardPairs`), labels y mixed alike
 *   z = h(f) / ||h(f)||,   h = Linear(d, d), ReLU, Linear(d, m)
 *   L_con = focal contrastive loss of z (`contrastive`)
 *   CE_mix = mean over f of -sum_c y_c log softmax(W f + b)_c
 *   L = CE_mix + lambda L_con,   lambda = eta
 *
 * CE_mix takes the place of the batch's cross-entropy. h is trained along with the network and then dropped. Its
 * weights are He-normal in the first layer and Xavier-normal in the second, drawn with a fixed seed, its biases 0.
 * Mixing proportions are Beta(a, a), uniform with the default a = 1. Norms are clamped at 1e-12, and a mix that cannot
 * be made (no other sample of the class, none of another class) is in neither loss.
 *
 * Positives of a sample are the other samples of its class. Mixes are negatives only; with
 * `mixedPositives`, semi-hard negatives with equal soft labels are also each other's positives, as in the authors'
 * code: that happens where both classes agree and both proportions are at the floor.
 *
 * Where the authors' code does otherwise: it detaches the samples themselves in both losses (`detachOriginals`),
 * divides by all vectors instead of the positives (`innerNorm: all`), takes masked cosines for 0, so that the hardest
 * positive of non-negative features need not be one, draws negatives without looking at the class, finds equal soft
 * labels by a hash that overflows, and has a classifier without a bias. None of the last four is followed.
 */
export const coreTuning = defineMethod({
  name: 'core-tuning',
  title: 'Core-tuning: contrast-regularized fine-tuning',
  paper: 'Zhang et al., NeurIPS 2021, arXiv 2102.06605',
  paperTitle:
    'Unleashing the Power of Contrastive Self-Supervised Visual Models via Contrast-Regularized Fine-Tuning',
  formula: 'L = CE_mix + lambda mean_i -1/|P_i| sum_{j in P_i} (1 - p_ij) log p_ij',
  options: z.strictObject({
    tau: z.number().positive().default(0.07).describe('temperature of the contrastive loss'),
    dimension: z.number().int().positive().default(256).describe('m, size of the contrasted vectors'),
    a: z.number().min(0.05).max(4).default(1).describe('mixing proportions are Beta(a, a)'),
    floor: z.number().min(0).max(1).default(0.8).describe('least share of the negative in its mix'),
    focal: z.boolean().default(true).describe('weights 1 - p_ij; without, the supervised contrastive loss'),
    innerNorm: z
      .enum(['positives', 'all'])
      .default('positives')
      .describe("divide an anchor's sum by its positives, or by all vectors"),
    mixedPositives: z
      .boolean()
      .default(false)
      .describe('mixes with equal soft labels are positives of each other'),
    detachOriginals: z.boolean().default(false).describe('only mixes send gradients to the backbone'),
  }),
  defaultLambda: 0.1,
  lambdaUnit: 'none',
  replacesTaskLoss: true,
  bind: (options) =>
    bound({
      needs: ['features', 'labels', 'oneHot', 'head'],
      loss({ features, labels, oneHot, head }, tools) {
        const { batchSize: B, noise } = tools;
        const noises = {
          positiveShare: noise({ beta: options.a }, [B, 1]),
          choice: noise('uniform', [B, B]),
          negativeShare: noise({ beta: options.a }, [B, 1]),
        };
        const pairs = hardPairs(features, labels, noises, options.floor);
        const originals = options.detachOriginals ? stopGradient(features) : features;
        const all = concat([originals, matmul(pairs.mixing, features)], 0);
        const targets = concat([oneHot, matmul(pairs.mixing, oneHot)], 0);
        const valid = concat([scalar(1, [B, 1]), pairs.valid], 0);

        const logP = logSoftmax(linear(all, head.weight, head.bias));
        const taskLoss = div(neg(sum(mul(targets, logP))), sum(valid));

        const none = scalar(0, [B, B]);
        const mixed = options.mixedPositives ? pairs.mixedPositives : none;
        const positives = blockDiagonal([pairs.positives, none, mixed], none);
        const others = mul(matmul(valid, valid, { transposeB: true }), sub(1, identity(3 * B)));
        const { tau: temperature, focal, innerNorm } = options;
        const vectors = project(all, tools, options.dimension);
        return {
          taskLoss,
          penalty: contrastive(vectors, positives, others, { temperature, focal, innerNorm }),
        };
      },
    }),
});

/** The projection head h, to unit length: [n, m] from [n, d]. */
function project(x: Value, { featureSize: d, parameter }: LossTools, m: number): Value {
  const weight = (layer: 0 | 2, rows: number, std: number) => {
    const drawn = normal(std)([rows, d], new Random(0, 'weights', layer / 2));
    return parameter(`projection.${layer}.weight`, float32([rows, d], drawn), 'weight');
  };
  const bias = (layer: 0 | 2, size: number) =>
    parameter(`projection.${layer}.bias`, zeros('float32', [size]), 'bias');
  const first = weight(0, d, Math.sqrt(2 / d));
  const hidden = relu(linear(x, first, bias(0, d)));
  const second = weight(2, m, Math.sqrt(2 / (d + m)));
  const out = linear(hidden, second, bias(2, m));
  return normalize(out, 1e-12);
}

function blockDiagonal(blocks: readonly Value[], zero: Value): Value {
  const row = (block: Value, i: number) =>
    concat(
      blocks.map((_, j) => (i === j ? block : zero)),
      1,
    );
  return concat(blocks.map(row), 0);
}
