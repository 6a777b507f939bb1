import { z } from 'zod';
import { defineRegularizer } from './regularizer.js';

/** Plain fine-tuning: the cross-entropy alone, all layers trained, under a new head. */
export const fineTuning = defineRegularizer({
  name: 'fine-tuning',
  title: 'Plain fine-tuning',
  paper: 'the baseline',
  formula: 'L = CE',
  needs: [],
  options: z.strictObject({}),
  defaultLambda: 0,
  featureScaled: false,
  build: () => ({}),
});
