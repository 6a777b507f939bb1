import type { DatasetImage } from '../../../../data/index.js';
import { at } from '../../../../errors.js';
import { section } from '../../../../figures/page/figure.js';
import { type Html, html } from '../../../../figures/page/html.js';
import { percent } from '../../../../format-accuracy.js';
import { type Measures, type Mistake, SHOWN_MISTAKES } from '../measure.js';
import type { Seen } from '../seen.js';
import { thumbnail } from '../thumbnail.js';
import { imagesOf } from './words.js';

export async function mistakesSection(seen: Seen, { mistakes, accuracy }: Measures): Promise<Html> {
  const { split, train, trainImages } = seen;
  if (mistakes.length === 0) return section('Mistakes', html`<p>No answer is wrong.</p>`);
  const { classes } = seen.model.head;
  const shown = mistakes.slice(0, SHOWN_MISTAKES);
  const cards = await Promise.all(shown.map((mistake) => cardOf(mistake, classes)));
  const some = shown.length < mistakes.length ? `; here are the ${shown.length} worst` : '';
  const among =
    train.images.length < trainImages ? `${train.images.length} of the ${trainImages}` : `the ${trainImages}`;
  return section(
    'Mistakes',
    html`<p>${mistakes.length} of ${accuracy.images} ${imagesOf(split)} ${mistakes.length === 1 ? 'is' : 'are'} answered wrong${some}, those with the least probability of their class first. Below each are the most similar training images, by the cosine of their features, of ${among}.</p>
<div class="cards">${cards}</div>`,
  );
}

async function cardOf(mistake: Mistake, classes: readonly string[]): Promise<Html> {
  const { image, truth, predicted, probability, truthProbability, neighbours } = mistake;
  const similar = await Promise.all(
    neighbours.map(async (neighbour) => {
      const name = at(classes, neighbour.image.label);
      const kind =
        neighbour.image.label === truth ? 'right' : neighbour.image.label === predicted ? 'wrong' : '';
      return html`<figure class="${kind}">${await picture(neighbour.image)}<figcaption><b>${name}</b> ${neighbour.similarity.toFixed(2)}</figcaption></figure>`;
    }),
  );
  return html`<article>
${await picture(image)}
<p><b class="right">${at(classes, truth)}</b> ${percent(truthProbability)}<br>answered <b class="wrong">${at(classes, predicted)}</b> ${percent(probability)}</p>
<p class="name">${image.name}</p>
<div class="similar">${similar}</div>
</article>
`;
}

async function picture(image: DatasetImage): Promise<Html> {
  const address = await thumbnail(image);
  return address === undefined
    ? html`<span class="lost">not readable any more</span>`
    : html`<img src="${address}" alt="${image.name}" title="${image.name}">`;
}
