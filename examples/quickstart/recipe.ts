import type { TrainOptions } from '../../src/index.js';

/** What is compared. Only the method differs. */
export const methods = [
  { name: 'fine-tuning', title: 'Fine-tuning', options: { method: 'fine-tuning' } },
  { name: 'adarand', title: 'AdaRand', options: { method: 'adarand', lambda: 10 } },
] as const satisfies readonly { name: string; title: string; options: Partial<TrainOptions> }[];

/** Images of each digit to train on, and as many again to validate on. */
export const DIGITS = 10;

/**
 * The same for every method. `tune.ts` chose learning rate and augmentation for fine-tuning, and lambda for AdaRand, by
 * validation (means over three other seeds, other digits than here). Fine-tuning without and with `pad-crop`: 82.3 and
 * 81.0 % at 0.03, 83.8 and 87.5 % at 0.1, 84.3 and 86.1 % at 0.3. AdaRand with lambda 0.1, 0.3, 1, 3, 10 and 30:
 * 85.9, 87.0, 86.5, 88.3, 88.3 and 85.7 %.
 */
export const recipe = {
  head: 'random',
  valFraction: 0.5,
  epochs: 30,
  batchSize: 20,
  optimizer: 'sgd',
  learningRate: 0.1,
  schedule: 'cosine',
  augment: 'pad-crop',
  flip: false,
} as const satisfies Partial<TrainOptions>;
