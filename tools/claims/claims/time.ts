import type { Claim } from '../claim.js';
import { adaRand, fineTuning } from '../contestants.js';
import { Missing } from '../missing.js';
import { costTable } from '../paper.js';
import { costsAtMost } from '../parts.js';

const paper = costTable.adarand.seconds / costTable['fine-tuning'].seconds;

/** Training alone, as the paper's seconds are. */
export const littleTime: Claim = {
  title: 'AdaRand costs as little time as in the paper',
  paper: `× ${paper.toFixed(2)} for an epoch (table of time and memory)`,
  parts: [
    costsAtMost(
      adaRand,
      fineTuning,
      { title: 'seconds', paper },
      ({ run }) => run.training_seconds_per_epoch ?? new Missing('times'),
    ),
  ],
};
