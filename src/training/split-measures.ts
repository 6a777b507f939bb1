import { answersAt } from '../analysis/answers-at.js';
import { argMax } from '../analysis/arg-max.js';
import { calibrationError, reliabilityBins } from '../analysis/calibration.js';
import { type ClassMeasures, classMeasures, confusionCounts, macroF1 } from '../analysis/class-measures.js';
import { crossFittedAnswers } from '../analysis/cross-fit.js';
import { crossEntropyOf } from '../analysis/softmax.js';
import { mean } from '../analysis/statistics.js';
import type { LabelledLogits } from '../analysis/temperature.js';
import { topAccuracy } from '../analysis/top-k.js';
import type { FeatureEntropies, OnBlocks } from './feature-entropies.js';
import { featureMeasures, measureFeatures } from './feature-measures.js';
import type { Outputs } from './outputs.js';

/** What is measured of the images of a split, by the names that metrics have after `train_` or `val_` (docs/diagnostics.md). */
export const splitMeasures = [
  ...featureMeasures,
  'top5_accuracy',
  'macro_f1',
  'log_loss',
  'ece',
  'ece_calibrated',
] as const;

export type SplitMeasure = (typeof splitMeasures)[number];

/** Null for what is not defined: an entropy of one image, a top-5 accuracy of five classes, a temperature that none fits. */
export type SplitMeasures = Readonly<Record<SplitMeasure, number | null>>;

/** How probabilities are calibrated: by a temperature, or by those that fit the other half of the same images; undefined for not at all. */
export type Calibrated = { readonly temperature: number | undefined } | 'cross-fit';

export interface MeasureOptions {
  readonly entropies: FeatureEntropies;
  readonly calibrated: Calibrated;
  /** Told how far the entropies have come. */
  readonly onBlocks?: OnBlocks;
}

/** Of at least one image. */
export async function measureSplit(
  outputs: Outputs,
  { entropies, calibrated, onBlocks }: MeasureOptions,
): Promise<SplitMeasures> {
  const { samples } = outputs;
  return {
    ...(await measureFeatures(outputs.features, samples.labels, entropies, onBlocks)),
    top5_accuracy: samples.classes > 5 ? topAccuracy(samples, 5) : null,
    macro_f1: macroF1(perClass(samples)),
    log_loss: logLoss(samples),
    ece: calibrationError(reliabilityBins(answersAt(samples))),
    ece_calibrated: calibratedError(samples, calibrated),
  };
}

/** The measures that are defined, as metrics of a split. */
export function metricsOf(split: 'train' | 'val', measures: SplitMeasures): Record<string, number> {
  const defined = splitMeasures.flatMap((name) => {
    const value = measures[name];
    return value === null ? [] : [[`${split}_${name}`, value] as const];
  });
  return Object.fromEntries(defined);
}

/** How each class fared. */
export function perClass({ logits, labels, classes }: LabelledLogits): ClassMeasures[] {
  const answers = labels.map((_, i) => argMax(logits.subarray(i * classes, (i + 1) * classes)));
  return classMeasures(confusionCounts(labels, answers, classes), classes);
}

function logLoss({ logits, labels, classes }: LabelledLogits): number {
  return mean(
    labels.map((label, i) => crossEntropyOf(logits.subarray(i * classes, (i + 1) * classes), label)),
  );
}

function calibratedError(samples: LabelledLogits, by: Calibrated): number | null {
  const answers =
    by === 'cross-fit'
      ? crossFittedAnswers(samples)
      : by.temperature === undefined
        ? undefined
        : answersAt(samples, by.temperature);
  return answers === undefined ? null : calibrationError(reliabilityBins(answers));
}
