import { z } from 'zod';
import { defineMethod } from './method.js';

/** Plain fine-tuning: the cross-entropy alone, all layers trained, under a new head. */
export const fineTuning = defineMethod({
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
