import { answersAt } from '../analysis/answers-at.js';
import { argMax } from '../analysis/arg-max.js';
import { calibrationError, reliabilityBins } from '../analysis/calibration.js';
import { type ClassMeasures, classMeasures, confusionCounts, macroF1 } from '../analysis/class-measures.js';
import { crossFittedAnswers } from '../analysis/cross-fit.js';
import { entropyConstant } from '../analysis/entropy.js';
import { featureNorms } from '../analysis/feature-norms.js';
import { mean } from '../analysis/statistics.js';
import type { LabelledLogits } from '../analysis/temperature.js';
import { topAccuracy } from '../analysis/top-k.js';
import { at } from '../errors.js';
import type { FeatureEntropies, OnBlocks } from './feature-entropies.js';
import { logSumExp } from './log-sum-exp.js';
import type { Outputs } from './outputs.js';

/** What is measured of the images of a split, by the names that metrics have after `train_` or `val_` (docs/diagnostics.md). */
export const splitMeasures = [
  'norm_of_mean_feature',
  'mean_feature_norm',
  'mean_squared_feature_norm',
  'entropy',
  'entropy_without_constant',
  'conditional_entropy',
  'conditional_entropy_without_constant',
  'mutual_information',
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
  const { data: features, shape } = outputs.features;
  const [n, d] = [at(shape, 0), at(shape, 1)];
  const norms = featureNorms(features, n, d);
  const information = n < 2 ? undefined : await entropies.of(features, samples.labels, onBlocks);
  const constant = entropyConstant(d);
  return {
    norm_of_mean_feature: norms.normOfMean,
    mean_feature_norm: norms.meanNorm,
    mean_squared_feature_norm: norms.meanSquaredNorm,
    entropy: known(information?.entropy),
    entropy_without_constant: known(information && information.entropy - constant),
    conditional_entropy: known(information?.conditionalEntropy),
    conditional_entropy_without_constant: known(information && information.conditionalEntropy - constant),
    mutual_information: known(information?.mutualInformation),
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

function known(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}

function logLoss({ logits, labels, classes }: LabelledLogits): number {
  return mean(
    labels.map((label, i) => {
      const row = logits.subarray(i * classes, (i + 1) * classes);
      return logSumExp(row) - at(row, label);
    }),
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
