import { html } from '../../../figures/page/html.js';
import { figure, missing, type Section, table, text } from '../block.js';
import { answeredPanels, NO_ANSWERS } from '../evidence/answered.js';
import { namesOf, panelsOf } from '../evidence/panels.js';
import { confusionMatrices } from '../figures/confusion.js';
import { reliabilityDiagrams } from '../figures/reliability.js';
import { calibrationTable } from '../tables/calibration.js';
import { recallTable } from '../tables/recall.js';
import { hardestImages } from './hardest-images.js';

export const confusionSection: Section = {
  title: 'Classes',
  make(evidence) {
    const panels = answeredPanels(evidence);
    if (panels.length === 0) return [missing(NO_ANSWERS)];
    const nameOf = namesOf(panelsOf(evidence));
    return [
      text(
        html`<p>At the largest share of the training images. A row for each class, a column for each answer: blue is right, orange wrong; the stronger a colour, the larger its share of the row.</p>`,
      ),
      ...confusionMatrices(evidence).map(figure),
      ...panels.map((panel) => table(recallTable(panel, nameOf))),
    ];
  },
};

export const mistakesSection: Section = {
  title: 'The hardest images',
  async make(evidence) {
    const panels = answeredPanels(evidence);
    if (panels.length === 0) return [missing(NO_ANSWERS)];
    return [text(await hardestImages(panels, namesOf(panelsOf(evidence))))];
  },
};

export const calibrationSection: Section = {
  title: 'Calibration',
  make(evidence) {
    const panels = answeredPanels(evidence);
    if (panels.length === 0) return [missing(NO_ANSWERS)];
    return [
      table(calibrationTable(panels, namesOf(panelsOf(evidence)))),
      text(
        html`<p>Where a bar ends on the diagonal, a probability of 80 % is right in 80 % of the cases; below it, answers were too sure of themselves.</p>`,
      ),
      ...reliabilityDiagrams(evidence).map(figure),
    ];
  },
};
