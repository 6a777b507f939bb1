import { at } from '../../../../errors.js';
import { section } from '../../../../figures/page/figure.js';
import { type Html, html } from '../../../../figures/page/html.js';
import type { Measures } from '../measure.js';
import type { Seen } from '../seen.js';
import { imagesOf, shareOf } from './words.js';

/** Longer tables are folded. */
const UNFOLDED = 30;

export function classesSection({ model, split }: Seen, { classes, accuracy }: Measures): Html {
  const rows = classes
    .map((measures, k) => ({ name: at(model.head.classes, k), ...measures }))
    .sort((a, b) => (a.recall ?? 2) - (b.recall ?? 2));
  const table = html`<div class="scroll"><table class="sheet"><thead><tr><th>class</th><th class="number">images</th><th class="number">recall</th><th class="number">precision</th><th class="number">F1</th></tr></thead>
<tbody>${rows.map(
    (
      row,
    ) => html`<tr><td>${row.name}</td><td class="number">${row.images}</td><td class="number">${bar(row.recall)}</td><td class="number">${bar(row.precision)}</td><td class="number">${bar(row.f1)}</td></tr>
`,
  )}</tbody></table></div>`;
  return section(
    'Classes',
    html`<p>${accuracy.images} ${imagesOf(split)}; the class with the lowest recall first. Recall: how many images of the class are answered right. Precision: how many such answers are right. F1: the harmonic mean of both.</p>
${rows.length > UNFOLDED ? html`<details open><summary>${rows.length} classes</summary>${table}</details>` : table}`,
  );
}

function bar(share: number | null): Html {
  return html`${shareOf(share)}<span class="bar"><span style="width:${(100 * (share ?? 0)).toFixed(0)}%"></span></span>`;
}
