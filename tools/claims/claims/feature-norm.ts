import { at } from '../../../src/errors.js';
import type { Claim, ComparedRun } from '../claim.js';
import { adaRand, fineTuning, uniformRandReg } from '../contestants.js';
import { figure2 } from '../paper.js';
import { combined, firstMeasure, lastMeasure, logarithm } from '../parts.js';
import { times } from '../units.js';

const { norm } = figure2;

const lastNorm = (compared: ComparedRun) => logarithm(lastMeasure(compared, 'norm_of_mean_feature'));
const firstNorm = (compared: ComparedRun) => logarithm(firstMeasure(compared, 'norm_of_mean_feature'));

/** Of the norm of the mean feature of the training images. */
export const keepsTheNorm: Claim = {
  title: 'The feature norm collapses with RandReg, not with AdaRand',
  paper: `from ${norm.uniform.first} to ${norm.uniform.last} with RandReg, U(0, 1), from ${norm.adaRand.first} to ${norm.adaRand.last} with AdaRand, from ${norm.fineTuning.first} to ${norm.fineTuning.last} with plain fine-tuning (Figure 2, first and last epoch)`,
  parts: [
    {
      title: "RandReg's norm, first epoch / last",
      unit: times,
      kind: 'difference',
      paperIn: () => Math.log(norm.uniform.first / norm.uniform.last),
      needs: [{ contestant: uniformRandReg }],
      valueOf: (runs) =>
        combined([firstNorm(at(runs, 0)), lastNorm(at(runs, 0))], (norms) => at(norms, 0) - at(norms, 1)),
    },
    {
      // Above 1 where its logarithm is nearer to plain fine-tuning's than to RandReg's.
      title: "AdaRand's norm / geometric mean of plain's and RandReg's",
      unit: times,
      kind: 'difference',
      paperIn: () => Math.log(norm.adaRand.last / Math.sqrt(norm.fineTuning.last * norm.uniform.last)),
      needs: [adaRand, fineTuning, uniformRandReg].map((contestant) => ({ contestant })),
      valueOf: (runs) =>
        combined(runs.map(lastNorm), (norms) => at(norms, 0) - (at(norms, 1) + at(norms, 2)) / 2),
    },
  ],
};
