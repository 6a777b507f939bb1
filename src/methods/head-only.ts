import { z } from 'zod';
import { bound, defineMethod } from './method.js';

/**
 * Head-only training: the new head is trained on the features of the network as it was pretrained, by the run's own
 * optimizer and augmentation. (`--head linear-probe` solves the same problem on un-augmented images before training.)
 */
export const headOnly = defineMethod({
  name: 'head-only',
  title: 'Head-only training',
  paper: 'the usual test of what pretrained features hold',
  formula: 'L = CE, minimised over the head alone',
  options: z.strictObject({}),
  defaultLambda: 0,
  lambdaUnit: 'none',
  trains: 'head',
  bind: () => bound({ needs: [], loss: () => ({}) }),
});
