import { figure, type Section, table } from '../block.js';
import { accuracyBars } from '../figures/accuracy-bars.js';
import { accuracyTable } from '../tables/accuracy.js';

export const accuracySection: Section = {
  title: 'Accuracy',
  make: (evidence) => [table(accuracyTable(evidence)), ...accuracyBars(evidence).map(figure)],
};
