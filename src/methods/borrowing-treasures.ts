import { z } from 'zod';
import { at } from '../errors.js';
import { int32 } from '../graph/ops.js';
import { Random } from '../random.js';
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

/**
 * Borrowing treasures from the wealthy: selective joint fine-tuning (Ge and Yu, CVPR 2017, arXiv 1702.08690). The
 * network goes on learning the source task, on the source images that look most like the target images:
 *
 *   L = CE(target batch) + lambda CE_source(source batch),   CE_source = mean_i -log softmax(W_s g_i + b_s)_{y_i}
 *
 * W_s [S, d] is a second head on the same backbone, new (N(0, 0.01^2), b_s = 0) and dropped afterwards. The paper
 * weighs both losses by 0.5: lambda = 1 is its objective, twice as large, hence as with twice its learning rate.
 *
 * Before training, images are compared by low-level filters (`FilterBank`, by default the network's first two
 * convolutions before their activation, as the authors' code has them): by symmetric Kullback-Leibler divergence
 * between histograms of the responses, whose bins hold equal shares of the target images' (`Descriptors`,
 * `histogramDistances`). Each target image i keeps its m nearest source images, in order (`neighbours`: [n, m]). A
 * batch goes along with as many source images, one drawn uniformly from the first K_i of each of its images.
 *
 * K_i (`counts`: [n]) starts at K_0. After every `updateEpochs` epochs, with p_i the network's prediction for image i,
 *
 *   K_i <- min(m, K_i + sigma),   H_i = -sum_c p_ic ln p_ic
 *   sigma = 4 K_0 if misclassified, 2 K_0 if not and H_i >= delta, else 0
 *
 * The configurations that come with the code have m = 5000 and K_0 = 300, for 1.2 million source images; with fewer
 * than m of them K_0 is the same part of the list. The paper wants 200,000 different images to be borrowed at first.
 *
 * Not followed is the code where it departs from the paper: an image's growth there also multiplies how often the
 * image itself is drawn, and surplus images of a class are exchanged within a batch. The K_i grow here after a number of epochs.
 *
 * Memory: the descriptors and the lists of the target images, n (D + 2 m) numbers with D = bins x filters.
 */
export const borrowingTreasures = defineMethod({
  name: 'borrowing-treasures',
  title: 'Borrowing treasures from the wealthy: selective joint fine-tuning',
  paper: 'Ge and Yu, CVPR 2017, arXiv 1702.08690',
  paperTitle:
    'Borrowing Treasures from the Wealthy: Deep Transfer Learning through Selective Joint Fine-tuning',
  formula: 'L = CE + lambda CE_source(images drawn from the K_i source images nearest to each x_i)',
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
  const top = logits.reduce((largest, logit) => Math.max(largest, logit), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((mass, logit) => mass + Math.exp(logit - top), 0);
  // -sum p ln p with ln p = logit - top - ln sum
  const mean = logits.reduce((part, logit) => part + (Math.exp(logit - top) / sum) * (logit - top), 0);
  return { best: logits.indexOf(top), entropy: Math.log(sum) - mean };
}
