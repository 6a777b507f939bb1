import { z } from 'zod';
import type { MethodAbout } from './about.js';
import { bound, defineMethod } from './method.js';

const about = {
  references: [],
  idea:
    'All layers are trained on the cross-entropy alone, under a new head. Every other method is compared with it, at the ' +
    'same seed, batches, crops and head.',
  equations: ['L = CE'],
  symbols: {},
  defaults: { lambda: 'there is no penalty' },
  departures: [],
  cost: 'One forward and one backward pass of each batch.',
} satisfies MethodAbout;

/** Plain fine-tuning: the cross-entropy alone, all layers trained, under a new head. */
export const fineTuning = defineMethod({
  name: 'fine-tuning',
  title: 'Plain fine-tuning',
  paper: 'the baseline',
  formula: 'L = CE',
  about,
  options: z.strictObject({}),
  defaultLambda: 0,
  lambdaUnit: 'none',
  bind: () => bound({ needs: [], loss: () => ({}) }),
});
