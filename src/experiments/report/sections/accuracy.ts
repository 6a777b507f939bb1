import { figure, type Section, table } from '../block.js';
import { accuracyDots } from '../figures/accuracy-dots.js';
import { accuracyTable } from '../tables/accuracy.js';

export const accuracySection: Section = {
  title: 'Accuracy',
  make: (evidence) => [table(accuracyTable(evidence)), ...accuracyDots(evidence).map(figure)],
};
