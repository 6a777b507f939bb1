import type { Claim } from '../claim.js';
import { adaRand, fineTuning, uniformRandReg } from '../contestants.js';
import { figure2 } from '../paper.js';
import { moreNats } from '../parts.js';

const nats = figure2.mutualInformation;

/** Of the training images' features and classes, after the last epoch. */
export const highestMutualInformation: Claim = {
  title: 'AdaRand has the highest mutual information of features and classes',
  paper: `${nats.adaRand} nats with AdaRand, ${nats.fineTuning} with plain fine-tuning and ${nats.uniform} with RandReg, U(0, 1), of ${figure2.features} features (Figure 2, last epoch)`,
  parts: [
    moreNats(adaRand, fineTuning, 'mutual_information', nats.adaRand - nats.fineTuning),
    moreNats(adaRand, uniformRandReg, 'mutual_information', nats.adaRand - nats.uniform),
  ],
};
