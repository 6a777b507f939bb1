import { reliabilityDiagram } from '../../../../figures/charts/reliability-diagram.js';
import { chart, section } from '../../../../figures/page/figure.js';
import { type Html, html } from '../../../../figures/page/html.js';
import { percent } from '../../../../format-accuracy.js';
import type { Measures } from '../measure.js';
import type { Seen } from '../seen.js';
import { imagesOf } from './words.js';

export async function calibrationSection(
  { split, val }: Seen,
  { calibration: { before, error, scaled }, accuracy }: Measures,
): Promise<Html> {
  const diagrams = [
    { title: `as it is: ECE ${percent(error)}`, bins: before },
    ...(scaled === undefined
      ? []
      : [
          {
            title: `temperature ${scaled.temperature.toFixed(2)}: ECE ${percent(scaled.error)}`,
            bins: scaled.bins,
          },
        ]),
  ];
  const drawn = await Promise.all(diagrams.map(reliabilityDiagram));
  return section(
    'Calibration',
    html`<p>How often an answer is right, by its probability, on ${accuracy.images} ${imagesOf(split)}. Where a bar ends on the diagonal, a probability of 80 % is right in 80 % of the cases. ECE, the expected calibration error, is the mean distance between bars and diagonal, over the images.</p>
<div class="grid">${drawn.map((svg, i) => chart(svg, `Reliability diagram, ${diagrams[i]?.title}`))}</div>
<p class="note">${explanation(split, val !== undefined, scaled?.temperature)}${scaled !== undefined && scaled.error > error ? ' For the images here it is worse, so that these are unlike the validation images, or too few to tell.' : ''}</p>`,
  );
}

function explanation(split: Seen['split'], hasVal: boolean, temperature: number | undefined): string {
  if (!hasVal) return 'Without validation images there is nothing to fit a temperature to.';
  if (temperature === undefined)
    return 'No temperature fits the validation images: the larger (or smaller) it is, the better, as where every answer is right.';
  const meaning =
    temperature > 1
      ? 'The probabilities as they are were too sure of themselves'
      : 'The probabilities as they are were too cautious';
  const same =
    split === 'val' ? ' It is drawn for the same images that it was fitted to, which flatters it.' : '';
  return `Logits divided by one number, the temperature, give other probabilities and the same answers. It was fitted to the validation images. ${meaning}, by those images.${same}`;
}
