import { argMax } from '../../analysis/arg-max.js';
import { logSoftmax, softmax } from '../../analysis/softmax.js';
import { at } from '../../errors.js';
import { float32, matmul, type Tensor } from '../../graph/ops.js';
import { floatsOf } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import type { LabelledFeatures, PrepareTools } from '../prepare.js';
import { classMeans } from '../shared/class-means.js';
import { LogisticRegression } from '../shared/logistic-regression.js';
import { inverseTemperature } from './temperature-scaling.js';

/**
 * What the source classifier says of target images: `features` are the probabilities q(x) [n, S] of the S source
 * classes, `labels` the target classes [n], below K.
 */
export interface SourcePredictions {
  readonly train: LabelledFeatures;
  /** May be empty. */
  readonly val: LabelledFeatures;
  /** K */
  readonly classes: number;
}

/** What a probability of 0 is taken for where its logarithm is needed. */
const TINY = 1e-12;

/** Of the regressions: enough to compare penalties, and enough for the one that is chosen. */
const TOLERANCE = { compared: 1e-4, chosen: 1e-6 };

/** Every how many images of a class one is held out where there are no validation images. */
const HELD_OUT = 5;

/** Inverse strengths of the penalty that are tried, the strongest penalty first: 1e-4, 3e-4, 1e-3 ... 1e4. */
const strengths = Array.from({ length: 17 }, (_, i) => (i % 2 === 0 ? 1 : 3) * 10 ** (Math.floor(i / 2) - 4));

/**
 * Q [K, S], the probabilities p(y_s | y_t = k) of the source classes given a target class: the mean of q(x) over the
 * training images of class k. A class without images gets the mean over all images, p(y_s).
 */
export function directRelationship({ train, val, classes }: SourcePredictions): Tensor<'float32'> {
  const means = classMeans(train, classes);
  const marginal = sourceMarginal(train, val);
  return matrix(Array.from({ length: classes }, (_, k) => means.get(k) ?? marginal));
}

/**
 * The same by way of p(y_t | y_s), which is easier to learn (You et al., NeurIPS 2020):
 *
 *   z(x) = W q(x)                          logistic regression of the target classes on q, without intercept
 *   p(y_t = k | y_s = j) = softmax_k(s W_kj)
 *   Q_kj = p(y_t = k | y_s = j) p(y_s = j) / sum_j' p(y_t = k | y_s = j') p(y_s = j')
 *
 * W is learned from the training images. Of 17 penalties 1 / (2 C n) ||W||^2, C from 1e4 to 1e-4, that with the best
 * accuracy on the validation images is taken, the weakest of equals, and s is the inverse temperature that suits these
 * images best. p(y_s) is the mean of q over both.
 *
 * Without validation images, every fifth training image of a class takes their part; where no class has five images,
 * the training images themselves do. Classes without training images get p(y_s).
 */
export async function reverseRelationship(
  predictions: SourcePredictions,
  compile: PrepareTools['compile'],
  progress: PrepareTools['progress'] = () => {},
): Promise<Tensor<'float32'>> {
  const { classes } = predictions;
  const { train, val } = predictions.val.labels.length > 0 ? predictions : holdOut(predictions.train);
  const { weight, logits } = await bestClassifier({ train, val, classes }, compile, progress);
  const scale = await inverseTemperature(logits, val.labels);
  const marginal = sourceMarginal(train, val);
  const present = new Set(train.labels);

  // In logarithms: after a calibration on few images s may be so large that a class is never the most probable one.
  const joint = Array.from({ length: classes }, () => new Float64Array(marginal.length));
  marginal.forEach((probability, j) => {
    const scores = Float64Array.from(joint, (_, k) => scale * at(weight.data, k * marginal.length + j));
    logSoftmax(scores).forEach((share, k) => {
      at(joint, k)[j] = share + Math.log(Math.max(probability, TINY));
    });
  });
  return matrix(joint.map((row, k) => (present.has(k) ? softmax(row) : marginal)));
}

/** W [K, S] of the best penalty, and its logits [n, K] of the validation images. */
async function bestClassifier(
  { train, val, classes }: SourcePredictions,
  compile: PrepareTools['compile'],
  progress: PrepareTools['progress'],
): Promise<{ weight: Tensor<'float32'>; logits: Tensor<'float32'> }> {
  const regression = await LogisticRegression.compile({ ...train, classes, intercept: false }, compile);
  const q = input('q', val.features);
  const w = input('weight', { dtype: 'float32', shape: [classes, at(train.features.shape, 1)] });
  const classifier = await compile(new Map([['logits', matmul(q, w, { transposeB: true })]]));
  const classify = async (weight: Tensor<'float32'>) =>
    floatsOf(await classifier.run(new Map(Object.entries({ q: val.features, weight }))), 'logits');
  try {
    let best = { l2: 0, right: -1 };
    const total = strengths.length + 1;
    // From the strongest penalty to the weakest: each solution is near the next.
    for (const [i, strength] of strengths.entries()) {
      const l2 = 1 / (strength * train.labels.length);
      const onEvaluation = () => progress(i, total);
      const { weight } = await regression.fit(l2, { tolerance: TOLERANCE.compared, onEvaluation });
      const right = countRight(await classify(weight), val.labels);
      if (right >= best.right) best = { l2, right };
    }
    const onEvaluation = () => progress(strengths.length, total);
    const { weight } = await regression.fit(best.l2, { tolerance: TOLERANCE.chosen, onEvaluation });
    progress(total, total);
    return { weight, logits: await classify(weight) };
  } finally {
    await regression.release();
    await classifier.release();
  }
}

function countRight({ shape, data }: Tensor<'float32'>, labels: Int32Array): number {
  const [, classes = 0] = shape;
  return labels.filter((label, i) => argMax(data.subarray(i * classes, (i + 1) * classes)) === label).length;
}

function holdOut(images: LabelledFeatures): { train: LabelledFeatures; val: LabelledFeatures } {
  const seen = new Map<number, number>();
  const held = Array.from(images.labels, (label) => {
    const rank = (seen.get(label) ?? 0) + 1;
    seen.set(label, rank);
    return rank % HELD_OUT === 0;
  });
  if (!held.includes(true)) return { train: images, val: images };
  return { train: pick(images, (i) => !held[i]), val: pick(images, (i) => held[i] === true) };
}

function pick({ features, labels }: LabelledFeatures, wanted: (i: number) => boolean): LabelledFeatures {
  const [, width = 0] = features.shape;
  const rows = labels.filter((_, i) => wanted(i)).length;
  return {
    features: float32(
      [rows, width],
      features.data.filter((_, i) => wanted(Math.floor(i / width))),
    ),
    labels: labels.filter((_, i) => wanted(i)),
  };
}

/** p(y_s) [S]: the mean of q(x) over all images. */
function sourceMarginal(...sets: readonly LabelledFeatures[]): Float64Array {
  const [, width = 0] = sets[0]?.features.shape ?? [];
  const count = sets.reduce((sum, { labels }) => sum + labels.length, 0);
  const mean = new Float64Array(width);
  for (const { features } of sets)
    features.data.forEach((q, i) => {
      mean[i % width] = at(mean, i % width) + q / count;
    });
  return mean;
}

function matrix(rows: readonly Float64Array[]): Tensor<'float32'> {
  return float32(
    [rows.length, rows[0]?.length ?? 0],
    rows.flatMap((row) => [...row]),
  );
}
