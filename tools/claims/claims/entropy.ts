import type { Claim } from '../claim.js';
import { adaRand, fineTuning, uniformRandReg } from '../contestants.js';
import { figure2 } from '../paper.js';
import { moreNats } from '../parts.js';

const nats = figure2.entropy;

/** Of the training images' features, after the last epoch. */
export const highestEntropy: Claim = {
  title: 'AdaRand has the highest entropy of features',
  paper: `${nats.adaRand} nats with AdaRand, ${nats.fineTuning} with plain fine-tuning and ${nats.uniform} with RandReg, U(0, 1), of ${figure2.features} features (Figure 2, last epoch)`,
  parts: [
    moreNats(adaRand, fineTuning, 'entropy', nats.adaRand - nats.fineTuning),
    moreNats(adaRand, uniformRandReg, 'entropy', nats.adaRand - nats.uniform),
  ],
};
