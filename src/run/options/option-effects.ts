import type { RunOptions } from './train-options.js';

/**
 * What an option does to the result of a run. `place`: it says what is trained, on what and with which seed, which tables have as
 * rows and columns. `result`: it can change the accuracy or what it means. `none`: it says where files go, what else is written or
 * measured, and how sums are rounded; of two runs that differ in it alone, neither is of another method.
 */
export type OptionEffect = 'place' | 'result' | 'none';

/** Of every option of `train`. */
export const optionEffects = {
  data: 'place',
  model: 'place',
  features: 'result',
  logits: 'result',
  out: 'none',
  method: 'place',
  methodOptions: 'place',
  lambda: 'result',
  lambdaUnit: 'result',
  source: 'result',
  head: 'result',
  train: 'result',
  epochs: 'result',
  minutes: 'result',
  batchSize: 'result',
  learningRate: 'result',
  optimizer: 'result',
  schedule: 'result',
  warmUp: 'result',
  weightDecay: 'result',
  backboneLrScale: 'result',
  headLrScale: 'result',
  layerDecay: 'result',
  labelSmoothing: 'result',
  mixup: 'result',
  cutmix: 'result',
  balance: 'result',
  batchNorm: 'result',
  clipGradNorm: 'result',
  accumulate: 'result',
  emaDecay: 'result',
  chooseBy: 'result',
  patience: 'result',
  maxSteps: 'result',
  imageSize: 'result',
  augment: 'result',
  flip: 'result',
  randomErasing: 'result',
  tta: 'result',
  trainFraction: 'place',
  valFraction: 'result',
  valFold: 'result',
  testFraction: 'result',
  test: 'none',
  predictions: 'none',
  seed: 'place',
  diagnostics: 'none',
  keepFeatures: 'none',
  device: 'result',
  threads: 'none',
  precision: 'result',
  checkpointSeconds: 'none',
  logEvery: 'none',
  tensorboard: 'none',
} as const satisfies Readonly<Record<keyof RunOptions, OptionEffect>>;

/** Names of the options of `train` with this effect. */
export function optionsWith(effect: OptionEffect): string[] {
  return Object.entries(optionEffects).flatMap(([name, own]) => (own === effect ? [name] : []));
}
