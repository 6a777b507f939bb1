import { lineChart } from '../../../../figures/charts/line-chart.js';
import { chart, section } from '../../../../figures/page/figure.js';
import { type Html, html } from '../../../../figures/page/html.js';
import { curvesOf, keptEpoch } from '../curves.js';
import type { Look } from '../look.js';

export async function curvesSection({ epochs, summary, unfinished }: Look): Promise<Html> {
  const charts = curvesOf(epochs, summary?.best_epoch ?? unfinished?.best_epoch ?? keptEpoch(epochs));
  if (charts.length === 0) return section('Training', html`<p>No epoch is logged.</p>`);
  const drawn = await Promise.all(charts.map(lineChart));
  return section(
    'Training',
    html`<div class="grid">${drawn.map((svg, i) => chart(svg, `${charts[i]?.title} over the epochs`))}</div>
<p class="note">Training values are means over an epoch's batches, with augmentation and while parameters change; validation follows the epoch, and so does what is said of whole splits (--diagnostics). Epoch 0 is the linear probe that training began with.</p>`,
  );
}
