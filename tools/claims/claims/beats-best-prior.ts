import type { Claim } from '../claim.js';
import { adaRand, bestPrior } from '../contestants.js';
import { inTable2 } from '../paper.js';
import { moreAccurate } from '../parts.js';
import { inWords } from '../reported-text.js';

const reported = inTable2('adaRand', 'bestRandReg');

export const beatsBestPrior: Claim = {
  title: 'AdaRand is more accurate than RandReg with its best prior',
  paper: inWords(reported),
  parts: [moreAccurate(adaRand, bestPrior, reported)],
};
