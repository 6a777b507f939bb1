/** A curve: its name, the metric, and a factor on it. */
export interface Curve {
  readonly name: string;
  readonly metric: string;
  readonly factor?: number;
  /** A metric: where the curve is the same, it is left out. */
  readonly unlike?: string;
}

export interface Curves {
  readonly title: string;
  readonly yLabel: string;
  readonly curves: readonly Curve[];
}

/** Of both splits. */
const both = (metric: string, factor = 1): Curve[] => [
  { name: 'training', metric: `train_${metric}`, factor },
  { name: 'validation', metric: `val_${metric}`, factor },
];

/** What every run has of its batches, and what `--diagnostics` measures of whole splits (docs/diagnostics.md). */
export const diagnosticCurves: readonly Curves[] = [
  {
    title: 'Norm of the mean feature',
    yLabel: 'norm',
    curves: [{ name: 'batches', metric: 'norm_of_mean_feature' }, ...both('norm_of_mean_feature')],
  },
  {
    title: "Norm of the head's gradient",
    yLabel: 'norm',
    curves: [{ name: 'batches', metric: 'head_gradient_norm' }],
  },
  { title: 'Mean norm of the features', yLabel: 'norm', curves: both('mean_feature_norm') },
  { title: 'Mean squared norm', yLabel: 'squared norm', curves: both('mean_squared_feature_norm') },
  {
    title: 'Entropy of the features',
    yLabel: 'H(g) (nats)',
    curves: both('entropy'),
  },
  {
    title: 'Entropy within classes',
    yLabel: 'H(g|y) (nats)',
    curves: both('conditional_entropy'),
  },
  {
    title: 'Mutual information of features and class',
    yLabel: 'I(g; y) (nats)',
    curves: both('mutual_information'),
  },
  { title: 'Top-5 accuracy', yLabel: 'accuracy (%)', curves: both('top5_accuracy', 100) },
  { title: 'Macro F1', yLabel: 'F1 (%)', curves: both('macro_f1', 100) },
  {
    title: 'Calibration error',
    yLabel: 'ECE (%)',
    curves: [
      ...both('ece', 100),
      { name: 'validation, calibrated', metric: 'val_ece_calibrated', factor: 100 },
    ],
  },
];
