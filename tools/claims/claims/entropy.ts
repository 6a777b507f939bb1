import type { Claim } from '../claim.js';
import { adaRand, fineTuning, uniformRandReg } from '../contestants.js';
import { figure2 } from '../paper.js';
import { moreNats } from '../parts.js';

const nats = figure2.entropy;

/** Of the training images' features, after the last epoch. */
export const highestEntropy: Claim = {
  title: 'The entropy of the features is highest with AdaRand, above plain fine-tuning and RandReg, U(0, 1)',
  paper: `${nats.adaRand} nats, plain ${nats.fineTuning}, RandReg ${nats.uniform}, of ${figure2.features} features (Figure 2)`,
  parts: [
    moreNats(adaRand, fineTuning, 'entropy', nats.adaRand - nats.fineTuning),
    moreNats(adaRand, uniformRandReg, 'entropy', nats.adaRand - nats.uniform),
  ],
};
