import { at } from '../../../../errors.js';
import { confusionMatrix } from '../../../../figures/charts/confusion-matrix.js';
import { DRAWN, mostConfused } from '../../../../figures/charts/most-confused.js';
import { chart, section } from '../../../../figures/page/figure.js';
import { type Html, html } from '../../../../figures/page/html.js';
import type { Head } from '../../../../nn/network.js';
import type { Measures } from '../measure.js';
import type { Seen } from '../seen.js';
import { imagesOf } from './words.js';

const LISTED = 10;

export async function confusionSection(
  { model, split }: Pick<Seen, 'split'> & { readonly model: { readonly head: Pick<Head, 'classes'> } },
  { counts, accuracy }: Pick<Measures, 'counts' | 'accuracy'>,
): Promise<Html> {
  const { classes } = model.head;
  const pairs = confusedPairs(counts, classes);
  const drawn = await confusionMatrix(mostConfused(counts, classes));
  return section(
    'Confusion',
    html`<p>${accuracy.images} ${imagesOf(split)}: a row for each class, a column for each answer. Blue is right, orange wrong; the stronger a colour, the larger its share of the row.${classes.length > DRAWN ? ` Of ${classes.length} classes, the ${DRAWN} with the most mistakes.` : ''}</p>
<div class="beside top">
${chart(drawn, 'Confusion matrix', 'scroll')}
<div>${
      pairs.length === 0
        ? html`<p>No answer is wrong.</p>`
        : html`<p>Most often mistaken${pairs.length > LISTED ? ` (${LISTED} of ${pairs.length} pairs)` : ''}:</p>
<ul>${pairs.slice(0, LISTED).map(({ truth, answer, images }) => html`<li>${images} × <b>${truth}</b> taken for <b>${answer}</b></li>`)}</ul>`
    }</div>
</div>`,
  );
}

function confusedPairs(counts: Int32Array, classes: readonly string[]) {
  const pairs = Array.from(counts, (images, cell) => ({
    truth: at(classes, Math.floor(cell / classes.length)),
    answer: at(classes, cell % classes.length),
    images,
  }));
  return pairs
    .filter(({ truth, answer, images }) => images > 0 && truth !== answer)
    .sort((a, b) => b.images - a.images);
}
