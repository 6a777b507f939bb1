import type { Claim } from '../claim.js';
import { adaRand, fineTuning } from '../contestants.js';
import { inTable2 } from '../paper.js';
import { moreAccurate } from '../parts.js';
import { inWords } from '../reported-text.js';

const reported = inTable2('adaRand', 'fineTuning');

export const beatsFineTuning: Claim = {
  title: 'AdaRand beats plain fine-tuning',
  paper: inWords(reported),
  parts: [moreAccurate(adaRand, fineTuning, reported)],
};
