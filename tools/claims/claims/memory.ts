import type { Claim } from '../claim.js';
import { adaRand, fineTuning } from '../contestants.js';
import { Missing } from '../missing.js';
import { costTable } from '../paper.js';
import { costsAtMost } from '../parts.js';

const paper = costTable.adarand.memory / costTable['fine-tuning'].memory;

/** The largest resident memory of runs that had a process of their own; the paper's is of a GPU. */
export const littleMemory: Claim = {
  title: 'AdaRand costs as little memory as in the paper',
  paper: `× ${paper.toFixed(2)} of the GPU's memory (table of time and memory)`,
  parts: [
    costsAtMost(
      adaRand,
      fineTuning,
      { title: 'memory', paper },
      ({ run }) =>
        run.peak_memory_bytes ??
        new Missing('runs of AdaRand and plain fine-tuning that had a process of their own'),
    ),
  ],
};
