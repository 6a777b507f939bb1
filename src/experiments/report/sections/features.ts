import { html } from '../../../figures/page/html.js';
import { figure, missing, type Section, text } from '../block.js';
import { featurePlanes } from '../figures/planes.js';

export const featuresSection: Section = {
  title: 'Features in the plane',
  make(evidence) {
    const figures = featurePlanes(evidence);
    if (figures.length === 0)
      return [
        missing(
          'No run has kept features (--keep-features last), and none has both its classifier and its images still there.',
        ),
      ];
    return [
      text(
        html`<p>What lies together here may be apart in other directions: the axes say how much of the variance they show. One seed is drawn; others may look different.</p>`,
      ),
      ...figures.map(figure),
    ];
  },
};
