import { missing, type Section, table } from '../block.js';
import { ablationTable } from '../tables/ablation.js';

export const ablationSection: Section = {
  title: 'Ablation',
  make(evidence) {
    const made = ablationTable(evidence);
    if (made !== undefined) return [table(made)];
    return [
      missing(
        'There are not two forms of AdaRand (--option intra=false, --option inter=false) or of RandReg (--option prior=NAME) among the runs.',
      ),
    ];
  },
};
