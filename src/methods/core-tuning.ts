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
import type { MethodAbout } from './about.js';
import { contrastive } from './core-tuning/contrastive.js';
import { hardPairs } from './core-tuning/hard-pairs.js';
import type { LossTools } from './losses.js';
import { bound, defineMethod } from './method.js';

const about = {
  references: [
    {
      title:
        'Unleashing the Power of Contrastive Self-Supervised Visual Models via Contrast-Regularized Fine-Tuning',
      authors: ['Yifan Zhang', 'Bryan Hooi', 'Dapeng Hu', 'Jian Liang', 'Jiashi Feng'],
      venue: 'NeurIPS',
      year: 2021,
      url: 'https://arxiv.org/abs/2102.06605',
      arxiv: '2102.06605',
    },
  ],
  idea:
    'Fine-tuning with a focal contrastive loss on hard pairs, and a classifier that is trained on mixed features, too. It was ' +
    'made for networks that were pretrained without labels, by contrast.',
  equations: [
    'f+_i = r f_hp + (1 - r) f_hn,         hp: same class, least cosine; hn: other class, largest cosine',
    'f-_i = (1 - s) f_i + s f_n,           n: at random, of another class;   r ~ Beta(a, a),   s ~ max(Beta(a, a), floor)',
    'f = [g; f+; f-],   y = [y; y+; y-],   labels mixed as features are',
    'z = h(f) / ||h(f)||,   h = Linear(d, d), ReLU, Linear(d, m)',
    'p_ij = exp(z_i . z_j / tau) / sum_{k in A_i} exp(z_i . z_k / tau)',
    'L_con = mean_i -1/|P_i| sum_{j in P_i} (1 - p_ij) log p_ij',
    'CE_mix = mean over f of -sum_c y_c log softmax(W f + b)_c',
    'L = CE_mix + lambda L_con',
  ],
  symbols: {
    f: 'features and their two mixes, [3B, d]',
    z: 'their projections, of unit length, [3B, m]',
    'P_i, A_i':
      'other vectors of the same class (of samples only), and all other vectors; anchors without a positive are left out',
    h: "projection head, trained along and then dropped; He-normal and Xavier-normal weights, drawn with the run's seed",
    eta: "the authors' name for lambda",
  },
  defaults: {
    lambda: "the authors' run on CIFAR-10; they choose it for each dataset from 0.1, 1 and 10",
    tau: "the authors' code",
    dimension: "the authors' code",
    a: "the authors' code",
    floor: "the authors' code",
    focal: 'the paper',
    innerNorm: 'the paper; all is what the code divides by',
    mixedPositives: 'ours: mixes are negatives only',
    detachOriginals: "the paper; true is the authors' code",
  },
  departures: [
    'Followed by an option: the code detaches the samples themselves in both losses, and divides by all vectors instead of ' +
      'the positives.',
    'Not followed: the code takes masked cosines for 0, so that the hardest positive of non-negative features need not be ' +
      'one; draws negatives without looking at the class; finds equal soft labels by a hash that overflows; has a classifier ' +
      'without a bias.',
    'A mix that cannot be made (no other sample of the class, none of another class) is in neither loss.',
  ],
  cost: 'No pass more of the network: the head and the projection head see three times the features.',
} satisfies MethodAbout;

/** Core-tuning: `about` has its equations. */
export const coreTuning = defineMethod({
  name: 'core-tuning',
  title: 'Core-tuning: contrast-regularized fine-tuning',
  paper: 'Zhang et al., NeurIPS 2021, arXiv 2102.06605',
  formula: 'L = CE_mix + lambda mean_i -1/|P_i| sum_{j in P_i} (1 - p_ij) log p_ij',
  about,
  options: z.strictObject({
    tau: z.number().positive().default(0.07).describe('temperature of the contrastive loss'),
    dimension: z.number().int().positive().default(256).describe('m, size of the contrasted vectors'),
    a: z.number().min(0.05).default(1).describe('mixing proportions are Beta(a, a)'),
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
function project(x: Value, { featureSize: d, seed, parameter }: LossTools, m: number): Value {
  const weight = (layer: 0 | 2, rows: number, std: number) => {
    const drawn = normal(std)([rows, d], new Random(seed, 'weights', layer / 2));
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
