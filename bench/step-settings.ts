import { schedules } from '../src/optimizers/schedules.js';
import { sgd } from '../src/optimizers/sgd.js';

/** How every step that is measured here trains: SGD with Nesterov momentum, the batch's own statistics in BatchNorm. */
export const stepSettings = {
  optimizer: sgd(),
  learningRate: 1e-3,
  schedule: schedules.cosine,
  weightDecay: 0,
  accumulate: 1,
  batchNorm: 'train',
} as const;
