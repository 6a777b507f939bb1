import { z } from 'zod';
import { defineRegularizer } from './regularizer.js';

/** Only the new head is trained, on the features of the network as it was pretrained. */
export const linearProbe = defineRegularizer({
  name: 'linear-probe',
  title: 'Linear probe',
  paper: 'the usual test of what pretrained features hold',
  formula: 'L = CE, minimised over the head alone',
  needs: [],
  options: z.strictObject({}),
  defaultLambda: 0,
  featureScaled: false,
  trains: 'head',
  build: () => ({}),
});
