import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adarandVersion, packageFolder } from '../../package.js';
import { FONT_FAMILY, webFont } from '../font.js';
import { onDark } from '../palette.js';
import { type Content, Html, html } from './html.js';

export interface PageContent {
  /** A meta element that tells what wrote the page, by which it is known again. */
  readonly generator: string;
  readonly title: string;
  readonly header: Content;
  readonly main: Content;
}

/** A page that needs nothing else: no script, and nothing is loaded; for light and dark screens, and for paper. */
export async function htmlDocument({ generator, title, header, main }: PageContent): Promise<string> {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'">
${new Html(generator)}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(await style())}</style>
</head>
<body>
<header>
${header}
</header>
<main>
${main}
</main>
<footer>Written by adarand ${adarandVersion()} on ${new Date().toISOString().slice(0, 10)}. This file needs no network and sends nothing.</footer>
</body>
</html>
`;
  return page.markup;
}

async function style(): Promise<string> {
  const read = (...path: readonly string[]) => readFile(join(packageFolder(), 'assets', ...path), 'utf8');
  const colours = await read('colours.css');
  const sheet = await read('results-page', 'style.css');
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
    colours,
    sheet.replace('/* font */', `font-family: ${FONT_FAMILY};`),
    `@media screen and (prefers-color-scheme: dark) { ${dark.join(' ')} }`,
  ].join('\n');
}
