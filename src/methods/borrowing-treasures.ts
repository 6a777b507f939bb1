import { z } from 'zod';
import { argMax } from '../analysis/arg-max.js';
import { logSoftmax } from '../analysis/softmax.js';
import { at } from '../errors.js';
import { int32 } from '../graph/ops.js';
import { Random } from '../random.js';
import type { MethodAbout } from './about.js';
import { Descriptors } from './borrowing-treasures/descriptors.js';
import { FilterBank } from './borrowing-treasures/filter-bank.js';
import { nearestNeighbours } from './borrowing-treasures/neighbours.js';
import { bound, defineMethod } from './method.js';
import { sourceCrossEntropy } from './shared/source-task.js';

const options = z.strictObject({
  bank: z
    .enum(['network', 'gabor'])
    .default('network')
    .describe("filters to compare images by: the network's first two convolutions, or 48 Gabor filters"),
  bins: z
    .number()
    .int()
    .min(2)
    .max(2000)
    .optional()
    .describe("bins of each filter's histogram; 100, or 32 with Gabor filters"),
  neighbours: z
    .number()
    .int()
    .positive()
    .default(5000)
    .describe('m, source images ranked for each training image; at most all'),
  initial: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('K_0, how many of them are used at first; 6 % of m, which is 300 of 5000'),
  misclassified: z
    .number()
    .nonnegative()
    .default(4)
    .describe('sigma_0 / K_0: how many more after these epochs, for an image that is misclassified'),
  uncertain: z
    .number()
    .nonnegative()
    .default(2)
    .describe(
      'sigma_1 / K_0: the same for one that is classified rightly, with an entropy of at least delta',
    ),
  certain: z.number().nonnegative().default(0).describe('sigma_2 / K_0: the same for all others'),
  delta: z.number().nonnegative().default(0.1).describe('least entropy of an uncertain prediction, in nats'),
  updateEpochs: z.number().int().positive().default(4).describe('epochs after which the K_i grow'),
});

const about = {
  references: [
    {
      title:
        'Borrowing Treasures from the Wealthy: Deep Transfer Learning through Selective Joint Fine-tuning',
      authors: ['Weifeng Ge', 'Yizhou Yu'],
      venue: 'CVPR',
      year: 2017,
      url: 'https://arxiv.org/abs/1702.08690',
      arxiv: '1702.08690',
    },
  ],
  idea:
    'The network goes on learning the source task, on the source images that look most like the target images by low-level ' +
    'filters. Images that are hard borrow more of them as training goes on.',
  equations: [
    'L = CE + lambda CE_source,   CE_source = mean_i -log softmax(W_s g_i + b_s)_{y_i} over the source batch',
    'D(p, q) = sum_filters w_f sum_bins 1/2 (p ln((p + e) / (q + e)) + q ln((q + e) / (p + e)))',
    'each target image has a list of its m nearest source images by D',
    'a batch goes along with as many source images: one drawn uniformly from the first K_i of each of its images',
    'every updateEpochs epochs:   K_i <- min(m, K_i + sigma),   H_i = -sum_c p_ic ln p_ic',
    'sigma = 4 K_0 if misclassified,   2 K_0 if not and H_i >= delta,   else 0',
  ],
  symbols: {
    'p, q':
      "histograms of a filter's responses, whose bins hold equal shares of the target images' responses",
    'w_f, e': '0.5 over the number of filters in the layer of f, and 2.2e-16',
    K_i: 'how many of its list image i draws from; K_0 at first',
    p_i: "the network's prediction for training image i",
    'W_s, b_s': 'a second head for the S source classes, N(0, 0.01^2) and 0 at first, dropped afterwards',
  },
  defaults: {
    lambda:
      'the paper weighs both losses by 0.5: 1 is its objective, twice as large, hence as with twice its learning rate',
    bank: "the authors' code: the first two convolutions before their activation",
    bins: "the authors' code",
    neighbours: "the configurations that come with the authors' code",
    initial: 'the same configurations: 300 of 5000; with fewer source images the same part of the list',
    misclassified: 'the paper, from notes on it',
    uncertain: 'the paper, from notes on it',
    certain: 'the paper, from notes on it',
    delta: 'the paper, from memory: not checked',
    updateEpochs: 'ours: the paper trains to the end between two rounds',
  },
  departures: [
    'The K_i grow after a number of epochs, not between whole trainings.',
    "Not followed: in the code an image's growth also multiplies how often the image itself is drawn, and surplus images of a " +
      'class are exchanged within a batch.',
    'The paper wants 200,000 different images to be borrowed at first, of 1.2 million.',
  ],
  cost:
    'Twice the images in each step. Before training, three passes of two convolutions over the training images and one over ' +
    'the source images, and all distances; memory for n (bins x filters + 2 m) numbers. Lists and K_i ' +
    'are read on the host alone: on a GPU nothing is copied for them.',
} satisfies MethodAbout;

/** Borrowing treasures from the wealthy: `about` has its equations. */
export const borrowingTreasures = defineMethod({
  name: 'borrowing-treasures',
  title: 'Borrowing treasures from the wealthy: selective joint fine-tuning',
  paper: 'Ge and Yu, CVPR 2017, arXiv 1702.08690',
  formula: 'L = CE + lambda CE_source(images drawn from the K_i source images nearest to each x_i)',
  about,
  options,
  defaultLambda: 1,
  lambdaUnit: 'none',
  bind: ({ bank: name, bins = name === 'gabor' ? 32 : 100, ...chosen }) =>
    bound({
      needs: ['sourceBatch'],
      async prepare(tools) {
        const count = tools.count('train');
        const available = tools.count('source');
        const length = Math.min(chosen.neighbours, available);
        // Images are seen to find the range, the bins and the histograms; then come the source images.
        let seen = 0;
        const bank = await FilterBank.compile(tools, name, (images) => {
          seen += images;
          tools.progress(seen, 3 * count + available);
        });
        try {
          const descriptors = await Descriptors.fit(bank, bins);
          const targets = new Float32Array(count * descriptors.size);
          let end = 0;
          for await (const descriptor of descriptors.of('train')) {
            targets.set(descriptor, end);
            end += descriptors.size;
          }
          const layout = { ...descriptors.layout, length };
          return {
            neighbours: await nearestNeighbours(tools, targets, descriptors.of('source'), layout),
            counts: int32([count], new Int32Array(count).fill(initialCount(length, chosen.initial))),
          };
        } finally {
          await bank.release();
        }
      },
      sourceSampler({ targets, batch, seed, tensor }) {
        const { data: ranked, shape } = tensor('neighbours', 'int32');
        const { data: counts } = tensor('counts', 'int32');
        const random = new Random(seed, 'source', batch);
        return targets.map((target) => at(ranked, target * at(shape, 1) + random.below(at(counts, target))));
      },
      epochCallback: {
        epochs: chosen.updateEpochs,
        reads: ['counts'],
        run(tensor, { logits, labels }) {
          const length = at(tensor('neighbours', 'int32').shape, 1);
          const [count, classes] = [at(logits.shape, 0), at(logits.shape, 1)];
          const unit = initialCount(length, chosen.initial);
          const next = tensor('counts', 'int32').data.map((current, i) => {
            const { best, entropy } = judge(logits.data.subarray(i * classes, (i + 1) * classes));
            const { misclassified, uncertain, certain, delta } = chosen;
            const growth = best !== labels[i] ? misclassified : entropy >= delta ? uncertain : certain;
            return Math.min(length, current + Math.round(growth * unit));
          });
          return { counts: int32([count], next) };
        },
      },
      loss({ sourceBatch }, tools) {
        // No graph reads it: it is state so that checkpoints have it.
        tools.state('counts', tools.prepared('counts', 'int32'));
        return { penalty: sourceCrossEntropy(sourceBatch, tools, 0.01) };
      },
    }),
});

/** K_0 for lists of m source images. */
function initialCount(length: number, initial = Math.ceil(0.06 * length)): number {
  return Math.min(length, Math.max(1, initial));
}

/** The most probable class, and the entropy of softmax(logits) in nats. */
function judge(logits: Float32Array): { best: number; entropy: number } {
  const entropy = -logSoftmax(logits).reduce((sum, log) => sum + Math.exp(log) * log, 0);
  return { best: argMax(logits), entropy };
}
