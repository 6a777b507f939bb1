import { z } from 'zod';
import type { MethodAbout } from './about.js';
import { bound, defineMethod } from './method.js';

const about = {
  references: [],
  idea:
    'The new head is trained on the features of the network as it was pretrained, by the optimizer and with the augmentation ' +
    'of the run. `--head linear-probe` solves the same problem on images without augmentation, before training.',
  equations: ['L = CE, minimised over W and b; g is that of the pretrained network'],
  symbols: {},
  defaults: { lambda: 'there is no penalty' },
  departures: [],
  cost: 'One forward pass of each batch; the backward pass is that of the last layer.',
} satisfies MethodAbout;

/** Head-only training: what the pretrained features hold. */
export const headOnly = defineMethod({
  name: 'head-only',
  title: 'Head-only training',
  paper: 'the usual test of what pretrained features hold',
  formula: 'L = CE, minimised over the head alone',
  about,
  options: z.strictObject({}),
  defaultLambda: 0,
  lambdaUnit: 'none',
  trains: 'head',
  bind: () => bound({ needs: [], loss: () => ({}) }),
});
