import type { Claim } from '../claim.js';
import { adaRand, plain } from '../contestants.js';
import { inTable2 } from '../paper.js';
import { moreAccurate } from '../parts.js';
import { inWords } from '../reported-text.js';

const reported = inTable2('adaRand', 'fnp');

export const beatsFnp: Claim = {
  title: 'AdaRand beats FNP',
  paper: inWords(reported),
  parts: [moreAccurate(adaRand, plain('fnp', 'FNP'), reported)],
};
