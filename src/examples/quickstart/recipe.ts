import type { TrainOptions } from '../../index.js';

/** What is compared. Only the regularizer differs. */
export const methods = [
  { name: 'fine-tuning', title: 'Fine-tuning', options: { regularizer: 'fine-tuning' } },
  { name: 'adarand', title: 'AdaRand', options: { regularizer: 'adarand', lambda: 1 } },
] as const satisfies readonly { name: string; title: string; options: Partial<TrainOptions> }[];

/** Images of each digit to train on, and as many again to validate on. */
export const DIGITS = 10;

/** The same for every method. */
export const recipe = {
  valFraction: 0.5,
  epochs: 20,
  batchSize: 20,
  learningRate: 0.01,
  schedule: 'cosine',
  augment: 'none',
  flip: false,
} as const satisfies Partial<TrainOptions>;
