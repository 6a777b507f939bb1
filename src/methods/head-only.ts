import { z } from 'zod';
import { defineMethod } from './method.js';

/** Only the new head is trained, on the features of the network as it was pretrained. */
export const linearProbe = defineMethod({
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
