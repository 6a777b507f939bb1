import type { Claim } from '../claim.js';
import { bestPrior, fineTuning } from '../contestants.js';
import { inTable2 } from '../paper.js';
import { moreAccurate } from '../parts.js';
import { inWords } from '../reported-text.js';

const reported = inTable2('bestRandReg', 'fineTuning');

export const randomFeaturesBeatFineTuning: Claim = {
  title: "Random features, RandReg's best prior, beat plain fine-tuning",
  paper: `${inWords(reported)}; its prior is the best on the test images, ours on the validation images`,
  parts: [moreAccurate(bestPrior, fineTuning, reported)],
};
