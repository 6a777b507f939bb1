import { type SplitMeasure, splitMeasures } from '../../../training/split-measures.js';

/** A measure of the features and answers of all images of a split, as a table and a figure name it. */
export interface Measure {
  readonly name: SplitMeasure;
  readonly title: string;
  /** With its unit. */
  readonly label: string;
  /** From the logged value to the unit. */
  readonly factor: number;
}

const described: Readonly<Record<SplitMeasure, readonly [title: string, label: string, factor?: number]>> = {
  norm_of_mean_feature: ['Norm of the mean feature', '||mean g||'],
  mean_feature_norm: ['Mean norm of the features', 'mean ||g||'],
  mean_squared_feature_norm: ['Mean squared norm of the features', 'mean ||g||²'],
  entropy: ['Entropy of the features', 'H(g) (nats)'],
  entropy_without_constant: ['Entropy of the features, without its constant', 'H(g) (nats)'],
  conditional_entropy: ['Entropy of the features, given the class', 'H(g | y) (nats)'],
  conditional_entropy_without_constant: [
    'Entropy of the features, given the class, without its constant',
    'H(g | y) (nats)',
  ],
  mutual_information: ['Mutual information of features and classes', 'I(g; y) (nats)'],
  top5_accuracy: ['Top-5 accuracy', 'accuracy (%)', 100],
  macro_f1: ['F1, mean over classes', 'F1 (%)', 100],
  log_loss: ['Cross-entropy', 'loss (nats)'],
  ece: ['Expected calibration error', 'ECE (%)', 100],
  ece_calibrated: ['Expected calibration error with a temperature', 'ECE (%)', 100],
};

/** In the order of the logs. */
export const measures: readonly Measure[] = splitMeasures.map((name) => {
  const [title, label, factor = 1] = described[name];
  return { name, title, label, factor };
});
