import type { Claim } from '../claim.js';
import { adaRand, variant } from '../contestants.js';
import { inCostTable } from '../paper.js';
import { moreAccurate } from '../parts.js';
import { inWords } from '../reported-text.js';

const reported = inCostTable('adarand without l_intra');

export const intraHelps: Claim = {
  title: 'The loss l_intra helps',
  paper: `${inWords(reported)}, to AdaRand without the loss that draws class means to those of the running features`,
  parts: [moreAccurate(adaRand, variant('AdaRand without l_intra'), reported)],
};
