import type { Claim } from '../claim.js';
import { adaRand, bestPrior } from '../contestants.js';
import { inTable2 } from '../paper.js';
import { moreAccurate } from '../parts.js';
import { inWords } from '../reported-text.js';

const reported = inTable2('adaRand', 'bestRandReg');

export const beatsBestPrior: Claim = {
  title: "AdaRand beats RandReg's best prior",
  paper: `${inWords(reported)}; its prior is the best on the test images, ours on the validation images`,
  parts: [moreAccurate(adaRand, bestPrior, reported)],
};
