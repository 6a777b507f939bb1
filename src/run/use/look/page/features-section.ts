import { at } from '../../../../errors.js';
import { scatterPanels } from '../../../../figures/charts/scatter-panels.js';
import { chart, section } from '../../../../figures/page/figure.js';
import { type Html, html } from '../../../../figures/page/html.js';
import type { Measures } from '../measure.js';
import type { Seen } from '../seen.js';
import { imagesOf } from './words.js';

/** More classes than this get a larger plane, which has room for their names. */
const MANY = 24;

export async function featuresSection(
  { model, split, shown }: Seen,
  { plane }: Measures,
): Promise<Html | undefined> {
  if (plane === undefined) return undefined;
  const { classes } = model.head;
  const shares = plane.explainedVarianceRatio.map((share) => `${(100 * share).toFixed(0)} %`);
  const drawn = await scatterPanels({
    classes,
    side: classes.length > MANY ? 620 : 400,
    panels: [
      {
        points: plane.projections,
        labels: plane.labels,
        axes: [
          `first component (${at(shares, 0)} of the variance)`,
          `second component (${at(shares, 1)} of the variance)`,
        ],
      },
    ],
  });
  const some =
    plane.labels.length < shown.images.length
      ? `${plane.labels.length} of ${shown.images.length}`
      : `${plane.labels.length}`;
  return section(
    'Features',
    html`<p>The features of ${some} ${imagesOf(split)}, in the plane of their two largest principal components. What lies together here may be apart in other directions.</p>
${chart(drawn, 'Features in the plane', classes.length > MANY ? 'scroll' : 'shrink')}`,
  );
}
