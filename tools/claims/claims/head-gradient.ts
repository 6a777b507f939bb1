import type { Claim } from '../claim.js';
import { adaRand, fineTuning } from '../contestants.js';
import { Missing } from '../missing.js';
import { figure2 } from '../paper.js';
import { timesLarger } from '../parts.js';

const norms = figure2.headGradient;

/** Mean over the batches of the last epoch. */
export const smallerHeadGradient: Claim = {
  title: "The head's gradient is smaller with AdaRand than with plain fine-tuning",
  paper: `norm ${norms.adaRand}, plain ${norms.fineTuning} (Figure 2)`,
  parts: [
    timesLarger(
      fineTuning,
      adaRand,
      { title: "norm of the head's gradient", paper: norms.fineTuning / norms.adaRand },
      ({ run }) => run.last?.head_gradient_norm ?? new Missing('norms of gradients'),
    ),
  ],
};
