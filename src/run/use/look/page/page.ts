import { htmlDocument } from '../../../../figures/page/document.js';
import { type Html, html } from '../../../../figures/page/html.js';
import { accuracyWithInterval, ofSomeClasses } from '../../../../format-accuracy.js';
import type { Look } from '../look.js';
import { accuracySection } from './accuracy-section.js';
import { calibrationSection } from './calibration-section.js';
import { classesSection } from './classes-section.js';
import { confusionSection } from './confusion-section.js';
import { curvesSection } from './curves-section.js';
import { factsSection } from './facts-section.js';
import { featuresSection } from './features-section.js';
import { GENERATOR } from './generator.js';
import { mistakesSection } from './mistakes-section.js';

export async function pageOf(look: Look): Promise<string> {
  const { name, record, images } = look;
  const shown = images && [
    await confusionSection(images.seen, images.measures),
    await mistakesSection(images.seen, images.measures),
    classesSection(images.seen, images.measures),
    await calibrationSection(images.seen, images.measures),
    await featuresSection(images.seen, images.measures),
  ];
  return htmlDocument({
    generator: GENERATOR,
    title: `${name}: ${record.data.name}, ${record.model.name}`,
    header: html`<h1>${name}</h1>
<p>${record.options.method} on <b>${record.data.name}</b> with <b>${record.model.name}</b></p>
<p class="headline">${headline(look)}</p>`,
    main: html`${notes(look)}
${await accuracySection(look)}
${await curvesSection(look)}
${shown}
${factsSection(look)}`,
  });
}

function headline({ summary, unfinished, record }: Look): Html {
  if (summary?.test_accuracy != null && summary.test_interval !== null)
    return html`<b>${accuracyWithInterval(summary.test_accuracy, summary.test_interval)}</b> of ${summary.test_images} test images${ofSomeClasses(summary.test_classes, summary.classes)}`;
  if (summary !== undefined) return html`finished, and not tested`;
  return unfinished === undefined
    ? html`not finished`
    : html`not finished: ${unfinished.epoch} of ${record.options.epochs} epochs are done`;
}

function notes({ missing, remarks }: Look): Html | undefined {
  const all = [
    ...missing.map(({ part, why }) => html`<li><b>Missing: ${part}.</b> ${why}</li>`),
    ...remarks.map((remark) => html`<li>${remark}</li>`),
  ];
  return all.length === 0 ? undefined : html`<ul class="notes">${all}</ul>`;
}
