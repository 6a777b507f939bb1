import { z } from 'zod';
import { bound, defineMethod } from './method.js';

/** Plain fine-tuning: the cross-entropy alone, all layers trained, under a new head. */
export const fineTuning = defineMethod({
  name: 'fine-tuning',
  title: 'Plain fine-tuning',
  paper: 'the baseline',
  formula: 'L = CE',
  options: z.strictObject({}),
  defaultLambda: 0,
  lambdaUnit: 'none',
  bind: () => bound({ needs: [], loss: () => ({}) }),
});
