import { answersAt } from '../../../analysis/answers-at.js';
import { calibrationError, type ReliabilityBin, reliabilityBins } from '../../../analysis/calibration.js';
import { type ClassMeasures, classMeasures, confusionCounts } from '../../../analysis/class-measures.js';
import { NearestRows } from '../../../analysis/nearest.js';
import { type PrincipalComponents, principalComponents } from '../../../analysis/pca.js';
import { softmax } from '../../../analysis/softmax.js';
import { wilsonInterval } from '../../../analysis/statistics.js';
import { fitTemperature } from '../../../analysis/temperature.js';
import type { DatasetImage } from '../../../data/index.js';
import { at } from '../../../errors.js';
import { spread } from '../known-images.js';
import type { Answers } from './answers.js';
import type { Seen } from './seen.js';

export interface MeasuredAccuracy {
  readonly images: number;
  readonly accuracy: number;
  readonly interval: readonly [low: number, high: number];
}

/** An image whose answer is wrong. */
export interface Mistake {
  readonly image: DatasetImage;
  readonly truth: number;
  readonly predicted: number;
  /** Of the predicted class, and of the true one. */
  readonly probability: number;
  readonly truthProbability: number;
  /** The most similar training images, by the cosine of their features. */
  readonly neighbours: readonly { readonly image: DatasetImage; readonly similarity: number }[];
}

export interface Calibration {
  readonly before: readonly ReliabilityBin[];
  readonly error: number;
  /** With the temperature that fits the validation images; undefined where there are none, or none fits. */
  readonly scaled:
    | { readonly temperature: number; readonly bins: readonly ReliabilityBin[]; readonly error: number }
    | undefined;
}

export interface Measures {
  readonly accuracy: MeasuredAccuracy;
  readonly val: MeasuredAccuracy | undefined;
  /** [K, K] */
  readonly counts: Int32Array;
  readonly classes: readonly ClassMeasures[];
  /** The most wrong first. */
  readonly mistakes: readonly Mistake[];
  readonly calibration: Calibration;
  /** Undefined for fewer than three images or features of one number. */
  readonly plane:
    | (Pick<PrincipalComponents, 'projections' | 'explainedVarianceRatio'> & {
        readonly labels: readonly number[];
      })
    | undefined;
}

/** So many of the mistakes have their pictures on the page. */
export const SHOWN_MISTAKES = 24;

const NEIGHBOURS = 3;

/** More points than this hide each other. */
const POINTS = 2000;

/** @param K classes @param d features of an image */
export function measure(
  { shown, val, train }: Pick<Seen, 'shown' | 'val' | 'train'>,
  K: number,
  d: number,
): Measures {
  const counts = confusionCounts(shown.labels, shown.answers, K);
  return {
    accuracy: accuracyOf(shown),
    val: val && accuracyOf(val),
    counts,
    classes: classMeasures(counts, K),
    mistakes: mistakesOf(shown, train, K, d),
    calibration: calibrationOf(shown, val, K),
    plane: planeOf(shown, d),
  };
}

function accuracyOf({ labels, answers }: Answers): MeasuredAccuracy {
  const right = labels.filter((label, i) => label === answers[i]).length;
  const { low, high } = wilsonInterval(right, labels.length);
  return { images: labels.length, accuracy: right / labels.length, interval: [low, high] };
}

/** The row of an image in a matrix of `width` columns. */
function rowOf(matrix: Float32Array, i: number, width: number): Float32Array {
  return matrix.subarray(i * width, (i + 1) * width);
}

/** The less probable the true class was, the more wrong is the answer. */
function mistakesOf(shown: Answers, train: Answers, K: number, d: number): Mistake[] {
  const wrong = shown.images.flatMap((image, i) => {
    const [truth, predicted] = [at(shown.labels, i), at(shown.answers, i)];
    if (truth === predicted) return [];
    const p = softmax(rowOf(shown.logits, i, K));
    return [{ i, image, truth, predicted, probability: at(p, predicted), truthProbability: at(p, truth) }];
  });
  wrong.sort((a, b) => a.truthProbability - b.truthProbability);
  const nearest = new NearestRows(train.features, d);
  return wrong.map(({ i, ...mistake }, place) => ({
    ...mistake,
    neighbours:
      place < SHOWN_MISTAKES
        ? nearest
            .find(rowOf(shown.features, i, d), NEIGHBOURS)
            .map(({ row, similarity }) => ({ image: at(train.images, row), similarity }))
        : [],
  }));
}

function calibrationOf(shown: Answers, val: Answers | undefined, K: number): Calibration {
  const binsAt = (temperature?: number) => reliabilityBins(answersAt({ ...shown, classes: K }, temperature));
  const before = binsAt();
  const temperature = val && fitTemperature({ ...val, classes: K });
  const bins = temperature === undefined ? undefined : binsAt(temperature);
  return {
    before,
    error: calibrationError(before),
    scaled:
      temperature === undefined || bins === undefined
        ? undefined
        : { temperature, bins, error: calibrationError(bins) },
  };
}

function planeOf({ images, labels, features }: Answers, d: number): Measures['plane'] {
  if (images.length < 3 || d < 2) return undefined;
  const chosen = spread(
    images.map((_, i) => i),
    POINTS,
  );
  const rows = new Float32Array(chosen.length * d);
  chosen.forEach((i, place) => {
    rows.set(rowOf(features, i, d), place * d);
  });
  const { projections, explainedVarianceRatio } = principalComponents(rows, chosen.length, d);
  return { projections, explainedVarianceRatio, labels: chosen.map((i) => at(labels, i)) };
}
