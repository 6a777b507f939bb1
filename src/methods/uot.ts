import { z } from 'zod';
import { dot, unit } from '../analysis/vector.js';
import { AdarandError, at } from '../errors.js';
import { int32, zeros } from '../graph/ops.js';
import { Random } from '../random.js';
import type { MethodAbout } from './about.js';
import { bound, defineMethod } from './method.js';
import { classMeans } from './shared/class-means.js';
import { sourceCrossEntropy } from './shared/source-task.js';
import { unbalancedTransport } from './uot/unbalanced-transport.js';

const about = {
  references: [
    {
      title: 'Improved Fine-Tuning by Better Leveraging Pre-Training Data',
      authors: [
        'Ziquan Liu',
        'Yi Xu',
        'Yuanhong Xu',
        'Qi Qian',
        'Hao Li',
        'Xiangyang Ji',
        'Antoni B. Chan',
        'Rong Jin',
      ],
      venue: 'NeurIPS',
      year: 2022,
      url: 'https://arxiv.org/abs/2111.12292',
      arxiv: '2111.12292',
    },
  ],
  idea:
    "The network is fine-tuned together with the source classes that are most like the target's, chosen before training by " +
    'unbalanced optimal transport between class means. Each step takes as many of their images as target images.',
  equations: [
    'C_sk = (1 - cos(m_s, m_k)) / p_m',
    'T = argmin_{T >= 0} <T, C> + epsilon sum_sk T_sk (log T_sk - 1) + tau_1 KL(T 1 || 1) + tau_2 KL(T^T 1 || 1)',
    'u <- (1 / (M v))^{tau_1 / (tau_1 + epsilon)},   v <- (1 / (M^T u))^{tau_2 / (tau_2 + epsilon)},   M = exp(-C / epsilon)',
    'T = diag(u) M diag(v)',
    'score_s = sum_k T_sk;   the source classes with the highest scores are kept',
    'L = CE + lambda CE_source,   CE_source = mean_i -log softmax(W_s g_i + b_s)_{y_i} over the source batch',
  ],
  symbols: {
    'm_s, m_k': 'mean pretrained features of a source and of a target class, [d]',
    T: 'transport plan, [S, K]',
    'tau_1, tau_2':
      'tauSource and tauTarget: how firmly each source class is used, and each target class served',
    'W_s, b_s': 'a new head for the S source classes on the same backbone, dropped afterwards',
  },
  defaults: {
    lambda: "the authors' code, for ResNet-18 pretrained with labels; 1 for MoCo v2",
    p_m: "the authors' code",
    epsilon: "the authors' code",
    tauSource: "the authors' code",
    tauTarget: "the authors' code",
    classes: "the authors' code",
  },
  departures: [
    "The code gives both heads ten times the backbone's rate (here: --backbone-lr-scale 0.1), and starts the target's like " +
      "the source's, with a variance of 2/2048; here the target's starts as in every method.",
    'The paper itself was not read: this is from its code.',
    'Classes without images take no part. Of equal scores the first class is taken.',
  ],
  cost:
    'Twice the images in each step. Before training, one pass over the source images and one over the training images; the ' +
    'plan itself is small.',
} satisfies MethodAbout;

/** UOT data selection: `about` has its equations. */
export const uot = defineMethod({
  name: 'uot',
  title: 'UOT data selection: joint fine-tuning with chosen source classes',
  paper: 'Liu et al., NeurIPS 2022, arXiv 2111.12292',
  formula: 'L = CE + lambda CE_source,  source classes by sum_k T_sk of the unbalanced transport plan T',
  about,
  options: z
    .strictObject({
      p_m: z.number().positive().default(0.1).describe('divides the cost 1 - cos between class means'),
      epsilon: z.number().positive().default(1).describe("weight of the plan's entropy"),
      tauSource: z.number().positive().default(1).describe('how much every source class is to be used'),
      tauTarget: z.number().positive().default(100).describe('how much every target class is to be served'),
      classes: z.number().int().positive().default(100).describe('how many source classes are kept'),
    })
    .refine(({ p_m, epsilon }) => p_m * epsilon >= 0.003, {
      path: ['p_m'],
      message: 'p_m times epsilon must be at least 0.003, or exp(-C / epsilon) vanishes',
    }),
  defaultLambda: 0.3,
  lambdaUnit: 'none',
  bind: (options) =>
    bound({
      needs: ['sourceBatch'],
      async prepare(tools) {
        const images = await tools.features('source');
        if (images.labels.length === 0)
          throw new AdarandError(
            'method.no-source-images',
            'there are no source images to choose from',
            'Give a --source with images that can be read.',
          );
        const sources = classMeans(images, tools.sourceClasses);
        const targets = classMeans(await tools.features('train'), tools.classes);

        const cost = costs([...sources.values()], [...targets.values()], options.p_m);
        const plan = unbalancedTransport(cost, options);
        const scored = [...sources.keys()].map((label, s) => {
          const row = at(plan, s);
          return { label, row, score: row.reduce((sum, mass) => sum + mass, 0) };
        });
        const best = scored.toSorted((a, b) => b.score - a.score).slice(0, options.classes);
        const chosen = new Set(best.map(({ label }) => label));
        const selected = [...images.labels.keys()].filter((i) => chosen.has(at(images.labels, i)));

        const scores = zeros('float32', [tools.sourceClasses]);
        const wholePlan = zeros('float32', [tools.sourceClasses, tools.classes]);
        const targetLabels = [...targets.keys()];
        for (const { label, row, score } of scored) {
          scores.data[label] = score;
          row.forEach((mass, k) => {
            wholePlan.data[label * tools.classes + at(targetLabels, k)] = mass;
          });
        }
        return { selected: int32([selected.length], selected), scores, plan: wholePlan };
      },
      sourceSampler({ targets, batch, seed, tensor }) {
        const { data: selected } = tensor('selected', 'int32');
        const order = (cycle: number) => new Random(seed, 'source', cycle).shuffle(Int32Array.from(selected));
        const size = selected.length;
        const start = batch * targets.length;
        const chosen = new Int32Array(targets.length);
        for (let filled = 0; filled < chosen.length; ) {
          const position = start + filled;
          const rest = order(Math.floor(position / size)).subarray(position % size);
          const taken = rest.subarray(0, chosen.length - filled);
          chosen.set(taken, filled);
          filled += taken.length;
        }
        return chosen;
      },
      loss: ({ sourceBatch }, tools) => ({
        penalty: sourceCrossEntropy(sourceBatch, tools, Math.sqrt(2 / 2048)),
      }),
    }),
});

/** C [S][K] of class means. */
function costs(
  sources: readonly Float64Array[],
  targets: readonly Float64Array[],
  p_m: number,
): Float64Array[] {
  const units = targets.map(unit);
  return sources.map((mean) => {
    const source = unit(mean);
    return Float64Array.from(units, (target) => (1 - dot(source, target)) / p_m);
  });
}
