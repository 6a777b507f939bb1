import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accuracyWithInterval } from '../../../../analysis/format-accuracy.js';
import { FONT_FAMILY, webFont } from '../../../../figures/font.js';
import { onDark } from '../../../../figures/palette.js';
import { adarandVersion, packageFolder } from '../../../../package.js';
import type { Look } from '../look.js';
import { accuracySection } from './accuracy-section.js';
import { calibrationSection } from './calibration-section.js';
import { classesSection } from './classes-section.js';
import { confusionSection } from './confusion-section.js';
import { curvesSection } from './curves-section.js';
import { factsSection } from './facts-section.js';
import { featuresSection } from './features-section.js';
import { GENERATOR } from './generator.js';
import { Html, html } from './html.js';
import { mistakesSection } from './mistakes-section.js';

/** A page that needs nothing else: no script, and nothing is loaded. */
export async function pageOf(look: Look): Promise<string> {
  const { name, record, images } = look;
  const shown = images && [
    await confusionSection(images.seen, images.measures),
    await mistakesSection(images.seen, images.measures),
    classesSection(images.seen, images.measures),
    await calibrationSection(images.seen, images.measures),
    await featuresSection(images.seen, images.measures),
  ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'">
${new Html(GENERATOR)}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name}: ${record.data.name}, ${record.model.name}</title>
<style>${new Html(await style())}</style>
</head>
<body>
<header>
<h1>${name}</h1>
<p>${record.options.method} on <b>${record.data.name}</b> with <b>${record.model.name}</b></p>
<p class="headline">${headline(look)}</p>
</header>
<main>
${notes(look)}
${await accuracySection(look)}
${await curvesSection(look)}
${shown}
${factsSection(look)}
</main>
<footer>Written by adarand ${adarandVersion()} on ${new Date().toISOString().slice(0, 10)}. This file needs no network and sends nothing.</footer>
</body>
</html>
`;
  return page.markup;
}

function headline({ summary, unfinished, record }: Look): Html {
  if (summary?.test_accuracy != null && summary.test_interval !== null)
    return html`<b>${accuracyWithInterval(summary.test_accuracy, summary.test_interval)}</b> of ${summary.test_images} test images`;
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

async function style(): Promise<string> {
  const sheet = await readFile(join(packageFolder(), 'assets', 'look', 'style.css'), 'utf8');
  const faces = (['regular', 'bold'] as const).map(
    async (weight) =>
      `@font-face { font-family: Arimo; font-weight: ${weight === 'bold' ? 700 : 400}; src: url(data:font/woff2;base64,${(await webFont(weight)).toString('base64')}) format('woff2'); }`,
  );
  const dark = Array.from(
    onDark,
    ([color, other]) => `[fill="${color}"] { fill: ${other}; } [stroke="${color}"] { stroke: ${other}; }`,
  );
  return [
    ...(await Promise.all(faces)),
    sheet.replace('/* font */', `font-family: ${FONT_FAMILY};`),
    `@media screen and (prefers-color-scheme: dark) { ${dark.join(' ')} }`,
  ].join('\n');
}
