import type { Claim } from '../claim.js';
import { adaRand, plain } from '../contestants.js';
import { inTable2 } from '../paper.js';
import { moreAccurate } from '../parts.js';
import { inWords } from '../reported-text.js';

const reported = inTable2('adaRand', 'drTune');

export const beatsDrTune: Claim = {
  title: 'AdaRand beats DR-Tune',
  paper: inWords(reported),
  parts: [moreAccurate(adaRand, plain('dr-tune', 'DR-Tune'), reported)],
};
