import type { Claim } from '../claim.js';
import { adaRand, fineTuning } from '../contestants.js';
import { Missing } from '../missing.js';
import { figure2 } from '../paper.js';
import { timesLarger } from '../parts.js';

const norms = figure2.headGradient;

/** Mean over the batches of the last epoch. */
export const smallerHeadGradient: Claim = {
  title: "AdaRand's gradients of the head are smaller",
  paper: `a norm of ${norms.adaRand}, ${norms.fineTuning} with plain fine-tuning (Figure 2, last epoch)`,
  parts: [
    timesLarger(
      fineTuning,
      adaRand,
      { title: "norm of the head's gradient", paper: norms.fineTuning / norms.adaRand },
      ({ run }) => run.last?.head_gradient_norm ?? new Missing('norms of gradients'),
    ),
  ],
};
