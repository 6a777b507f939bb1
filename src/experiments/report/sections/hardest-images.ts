import { mean } from '../../../analysis/statistics.js';
import { at } from '../../../errors.js';
import { type Html, html } from '../../../figures/page/html.js';
import { percent } from '../../../format-accuracy.js';
import { thumbnail } from '../../../run/use/look/thumbnail.js';
import type { AnsweredPanel } from '../evidence/answered.js';
import type { AnsweredImage } from '../evidence/answers.js';
import { groupBy } from '../evidence/group-by.js';
import type { Panel } from '../evidence/panels.js';

/** So many images of each dataset are shown. */
const SHOWN = 12;

/** An image's answers by all seeds of a method. */
interface MethodAnswer {
  readonly method: string;
  /** Mean probability of the true class. */
  readonly probability: number;
  readonly answers: readonly AnsweredImage[];
}

/** The images whose true class has the least probability, on average over methods and their seeds, with what each answers. */
export async function hardestImages(
  panels: readonly AnsweredPanel[],
  nameOf: (panel: Panel) => string,
): Promise<Html> {
  const parts = await Promise.all(
    panels.map(async (panel) => {
      const cards = await Promise.all(hardestOf(panel).map((image) => cardOf(image, panel.classes)));
      return html`<h3>${nameOf(panel.panel)}</h3>
<div class="cards wide">${cards}</div>
`;
    }),
  );
  return html`<p>The images that all methods together give the least probability of their class, mean over methods and seeds; of each method that mean over its seeds, and its most frequent answer.</p>
${parts}`;
}

function hardestOf({ methods }: AnsweredPanel): MethodAnswer[][] {
  const all = methods.flatMap(({ method, seeds }) =>
    seeds.flatMap(({ images }) => images.map((answer) => ({ method, answer }))),
  );
  // Images that only some methods were asked would rank by these.
  const whole = Array.from(groupBy(all, ({ answer }) => answer.name).values())
    .map((answers) =>
      Array.from(
        groupBy(answers, ({ method }) => method),
        ([method, of]) => ({
          method,
          probability: mean(of.map(({ answer }) => answer.truthProbability)),
          answers: of.map(({ answer }) => answer),
        }),
      ),
    )
    .filter((image) => image.length === methods.length);
  const hardness = (image: readonly MethodAnswer[]) => mean(image.map(({ probability }) => probability));
  return whole
    .filter((image) =>
      image.some(({ answers }) => answers.some(({ truth, predicted }) => truth !== predicted)),
    )
    .sort((a, b) => hardness(a) - hardness(b))
    .slice(0, SHOWN);
}

async function cardOf(methods: readonly MethodAnswer[], classes: readonly string[]): Promise<Html> {
  const first = at(at(methods, 0).answers, 0);
  const address = first.image && (await thumbnail(first.image));
  const rows = methods.map(({ method, probability, answers }) => {
    const answer = mostFrequent(answers.map(({ predicted }) => predicted));
    const kind = answer === first.truth ? 'right' : 'wrong';
    return html`<tr><td>${method}</td><td class="number">${percent(probability)}</td><td><b class="${kind}">${at(classes, answer)}</b></td></tr>
`;
  });
  const picture =
    address === undefined
      ? html`<span class="lost">not readable any more</span>`
      : html`<img src="${address}" alt="${first.name}" title="${first.name}">`;
  return html`<article>
${picture}
<p><b class="right">${at(classes, first.truth)}</b></p>
<p class="name">${first.name}</p>
<table class="sheet words">${rows}</table>
</article>
`;
}

function mostFrequent(answers: readonly number[]): number {
  const counts = Array.from(
    groupBy(answers, (answer) => answer),
    ([answer, of]) => ({ answer, times: of.length }),
  );
  return at(
    counts.sort((a, b) => b.times - a.times),
    0,
  ).answer;
}
