import { figure, missing, type Section, table } from '../block.js';
import type { Evidence } from '../evidence/evidence.js';
import { panelsOf } from '../evidence/panels.js';
import { FEWEST_DATASETS, rankingsOf } from '../evidence/ranks.js';
import { criticalDifferences } from '../figures/critical-difference.js';
import { rankTable } from '../tables/ranks.js';

export const ranksSection: Section = {
  title: 'Ranks over datasets',
  make(evidence) {
    const rankings = rankingsOf(evidence);
    if (rankings.length === 0) return [missing(why(evidence))];
    return [table(rankTable(rankings)), ...criticalDifferences(rankings).map(figure)];
  },
};

function why(evidence: Evidence): string {
  const datasets = new Set(panelsOf(evidence).map(({ dataset }) => dataset)).size;
  if (datasets < FEWEST_DATASETS)
    return `Ranks over datasets need ${FEWEST_DATASETS} datasets with the same network; there ${datasets === 1 ? 'is one' : `are ${datasets}`}.`;
  return `No network has two methods that have ended on ${FEWEST_DATASETS} datasets with the same share of the images.`;
}
