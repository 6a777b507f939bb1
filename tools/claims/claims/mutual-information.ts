import type { Claim } from '../claim.js';
import { adaRand, fineTuning, uniformRandReg } from '../contestants.js';
import { figure2 } from '../paper.js';
import { moreNats } from '../parts.js';

const nats = figure2.mutualInformation;

/** Of the training images' features and classes, after the last epoch. */
export const highestMutualInformation: Claim = {
  title:
    'The mutual information of features and classes is highest with AdaRand, above plain fine-tuning and RandReg, U(0, 1)',
  paper: `${nats.adaRand} nats, plain ${nats.fineTuning}, RandReg ${nats.uniform}, of ${figure2.features} features (Figure 2)`,
  parts: [
    moreNats(adaRand, fineTuning, 'mutual_information', nats.adaRand - nats.fineTuning),
    moreNats(adaRand, uniformRandReg, 'mutual_information', nats.adaRand - nats.uniform),
  ],
};
