import type { Claim } from '../claim.js';
import { adaRand, variant } from '../contestants.js';
import { inCostTable } from '../paper.js';
import { moreAccurate } from '../parts.js';
import { inWords } from '../reported-text.js';

const reported = inCostTable('adarand without l_inter');

export const interHelps: Claim = {
  title: 'The loss l_inter helps',
  paper: `${inWords(reported)}, to AdaRand without the loss that drives class means apart`,
  parts: [moreAccurate(adaRand, variant('AdaRand without l_inter'), reported)],
};
