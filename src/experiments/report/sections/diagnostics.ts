import { html } from '../../../figures/page/html.js';
import { figure, missing, type Section, table, text } from '../block.js';
import { diagnosticCurves } from '../figures/diagnostics.js';
import { testMeasureTables } from '../tables/test-measures.js';

export const diagnosticsSection: Section = {
  title: 'Training and features over the epochs',
  make(evidence) {
    const { figures, absent } = diagnosticCurves(evidence);
    return [
      text(
        html`<p>Means over seeds, and a standard deviation to each side; at the largest share of the training images. An epoch is shown where all seeds of a method have it.</p>`,
      ),
      ...figures.map(figure),
      ...testMeasureTables(evidence).map(table),
      ...(absent.length === 0 ? [] : [missing(`Not logged by any run, and left out: ${absent.join(', ')}.`)]),
    ];
  },
};
