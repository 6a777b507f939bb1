import type { Claim } from '../claim.js';
import { bestPrior, fineTuning } from '../contestants.js';
import { inTable2 } from '../paper.js';
import { moreAccurate } from '../parts.js';
import { inWords } from '../reported-text.js';

const reported = inTable2('bestRandReg', 'fineTuning');

export const randomFeaturesBeatFineTuning: Claim = {
  title: 'Random features (RandReg with its best prior) are more accurate than plain fine-tuning',
  paper: inWords(reported),
  parts: [moreAccurate(bestPrior, fineTuning, reported)],
};
