import type { Claim } from '../claim.js';
import { adaRand, variant } from '../contestants.js';
import { inCostTable } from '../paper.js';
import { moreAccurate } from '../parts.js';
import { inWords } from '../reported-text.js';

const reported = inCostTable('randreg, class statistics');

/** AdaRand without both of its losses is RandReg with the statistics of the classes. */
export const adaptationHelps: Claim = {
  title: 'Adapting the class prior helps',
  paper: `${inWords(reported)}, to RandReg with fixed statistics of the classes, which is AdaRand without both losses`,
  parts: [moreAccurate(adaRand, variant('RandReg, class statistics (CP)'), reported)],
};
