import { figure, missing, type Section } from '../block.js';
import { smallDataCurves } from '../figures/small-data.js';

export const smallDataSection: Section = {
  title: 'Fewer training images',
  make(evidence) {
    const figures = smallDataCurves(evidence);
    if (figures.length > 0) return figures.map(figure);
    return [missing('All runs have the same share of the training images.')];
  },
};
