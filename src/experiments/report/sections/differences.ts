import { missing, type Section, table } from '../block.js';
import type { Evidence } from '../evidence/evidence.js';
import { differenceTable } from '../tables/differences.js';

export const differencesSection: Section = {
  title: 'Differences',
  make(evidence) {
    const made = differenceTable(evidence);
    return [made === undefined ? missing(why(evidence)) : table(made)];
  },
};

function why({ baseline, methods }: Evidence): string {
  if (baseline === undefined)
    return 'No run is of plain fine-tuning; --baseline names another method to compare with.';
  if (methods.length === 1) return `There is no other method than ${baseline}.`;
  return `No seed has both a run of ${baseline} and one of another method.`;
}
