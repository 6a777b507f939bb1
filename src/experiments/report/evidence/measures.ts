import { type SplitMeasure, splitMeasures } from '../../../training/split-measures.js';

/** A measure of the features and answers of all images of a split, as a table and a figure name it. */
export interface Measure {
  readonly name: SplitMeasure;
  readonly title: string;
  /** Of an axis, with its unit. */
  readonly label: string;
  /** Of a row of a table, with its unit: the title, and the symbol where it has one. */
  readonly row: string;
  /** From the logged value to the unit. */
  readonly factor: number;
}

interface Described {
  readonly title: string;
  /** As formulas have it; else an axis has a short name. */
  readonly symbol?: string;
  readonly name?: string;
  readonly unit?: string;
  readonly factor?: number;
}

const described: Readonly<Record<SplitMeasure, Described>> = {
  norm_of_mean_feature: { title: 'Norm of the mean feature', symbol: '||mean g||' },
  mean_feature_norm: { title: 'Mean norm of the features', symbol: 'mean ||g||' },
  mean_squared_feature_norm: { title: 'Mean squared norm of the features', symbol: 'mean ||g||²' },
  entropy: { title: 'Entropy of the features', symbol: 'H(g)', unit: 'nats' },
  entropy_without_constant: {
    title: 'Entropy of the features, without its constant',
    symbol: 'H(g)',
    unit: 'nats',
  },
  conditional_entropy: {
    title: 'Entropy of the features, given the class',
    symbol: 'H(g | y)',
    unit: 'nats',
  },
  conditional_entropy_without_constant: {
    title: 'Entropy of the features, given the class, without its constant',
    symbol: 'H(g | y)',
    unit: 'nats',
  },
  mutual_information: {
    title: 'Mutual information of features and classes',
    symbol: 'I(g; y)',
    unit: 'nats',
  },
  top5_accuracy: { title: 'Top-5 accuracy', unit: '%', factor: 100 },
  macro_f1: { title: 'F1, mean over classes', name: 'F1', unit: '%', factor: 100 },
  log_loss: { title: 'Cross-entropy', unit: 'nats' },
  ece: { title: 'Expected calibration error', name: 'ECE', unit: '%', factor: 100 },
  ece_calibrated: {
    title: 'Expected calibration error with a temperature',
    name: 'ECE',
    unit: '%',
    factor: 100,
  },
};

/** In the order of the logs. */
export const measures: readonly Measure[] = splitMeasures.map((measure) => {
  const { title, symbol, name = title, unit, factor = 1 } = described[measure];
  const withUnit = (text: string) => (unit === undefined ? text : `${text} (${unit})`);
  return {
    name: measure,
    title,
    label: withUnit(symbol ?? name),
    row: withUnit(symbol === undefined ? title : `${title}, ${symbol}`),
    factor,
  };
});
