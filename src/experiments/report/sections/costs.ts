import { type Section, table } from '../block.js';
import { costTable } from '../tables/costs.js';

export const costsSection: Section = {
  title: 'Time and memory',
  make: (evidence) => [table(costTable(evidence))],
};
