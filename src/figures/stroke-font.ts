import { element, ink } from './svg.js';

/**
 * A built-in font of pen strokes. On a machine without fonts (a container, say) librsvg draws boxes for characters;
 * there, `strokeTexts` turns a figure's texts into lines. Its advances also serve to lay texts out.
 *
 * Glyphs are SVG paths on an em of 20 units: baseline 0, capitals up to -14, lower case up to -10.
 */
const em = 20;

/** Width of a text in pixels, with a little room: real fonts differ by some percent. */
export function textWidth(text: string, size: number): number {
  let units = 0;
  for (const character of baseCharacters(text)) units += glyphOf(character)[0];
  return (units * size * 1.06) / em;
}

/** A figure's SVG with every text drawn as strokes; accents are dropped, unknown characters become boxes. */
export function strokeTexts(svg: string): string {
  return svg.replace(/<text ([^>]*)>([^<]*)<\/text>/g, (_, written: string, content: string) => {
    const attributes = new Map<string, string>();
    for (const [, key, value] of written.matchAll(/([\w-]+)="([^"]*)"/g))
      attributes.set(key ?? '', value ?? '');
    return strokes(decodeEntities(content), attributes);
  });
}

function strokes(content: string, attributes: ReadonlyMap<string, string>): string {
  const scale = Number(attributes.get('font-size')) / em;
  const paths: string[] = [];
  let width = 0;
  for (const character of baseCharacters(content)) {
    const [advance, d] = glyphOf(character);
    if (d !== '')
      paths.push(
        element('path', { d, transform: width === 0 ? undefined : `translate(${width.toFixed(1)} 0)` }),
      );
    width += advance;
  }
  const shift = { start: 0, middle: -width / 2, end: -width }[attributes.get('text-anchor') ?? 'start'] ?? 0;
  const place = `translate(${attributes.get('x')} ${attributes.get('y')}) scale(${scale}) translate(${shift.toFixed(1)} 0)`;
  return element(
    'g',
    {
      transform: `${attributes.get('transform') ?? ''} ${place}`.trim(),
      fill: 'none',
      stroke: attributes.get('fill') ?? ink.text,
      'stroke-width': attributes.get('font-weight') === 'bold' ? 2.3 : 1.5,
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
    },
    ...paths,
  );
}

/** Decomposed, without combining accents: é is e. */
function baseCharacters(text: string): string {
  return text.normalize('NFD').replace(/\p{Mn}/gu, '');
}

function glyphOf(character: string): readonly [advance: number, path: string] {
  const glyph = glyphs[character];
  if (glyph !== undefined) return glyph;
  return character >= '\u2e80' ? [20, 'M3 1V-14H17V1Z'] : [12, 'M2 0V-14H10V0Z'];
}

function decodeEntities(content: string): string {
  return content.replace(
    /&(lt|gt|quot|amp);/g,
    (_, name: string) => ({ lt: '<', gt: '>', quot: '"' })[name] ?? '&',
  );
}

const bowl = 'a3.95 5 0 1 1 7.9 0a3.95 5 0 1 1-7.9 0';
const arch = 'Q2.6-10 6-10Q9.2-10 9.2-6.4V0';

const glyphs: Readonly<Record<string, readonly [advance: number, path: string]>> = {
  ' ': [5.6, ''],
  A: [13, 'M1 0L6.5-14L12 0M2.9-4.8H10.1'],
  B: [13, 'M2 0V-14H7a3.4 3.4 0 0 1 0 6.8H2M7-7.2h.6a3.6 3.6 0 0 1 0 7.2H2'],
  C: [14, 'M12.3-10.6A5.6 7 0 1 0 12.3-3.4'],
  D: [14.4, 'M2 0V-14H6.4a6.4 7 0 0 1 0 14Z'],
  E: [12.6, 'M11 0H2V-14H11M2-7.3H10'],
  F: [11.8, 'M2 0V-14H10.5M2-7H9.5'],
  G: [15, 'M12.6-10.8A5.8 7 0 1 0 13-3.6V-6.6H8.6'],
  H: [14.5, 'M2 0V-14M12.5 0V-14M2-7.2H12.5'],
  I: [5.5, 'M2.75 0V-14'],
  J: [10, 'M8-14V-4a3.4 4 0 0 1-6.8 0'],
  K: [13, 'M2 0V-14M11.5-14L2-5M5.3-8.2L12 0'],
  L: [11, 'M2-14V0H10'],
  M: [16.5, 'M2 0V-14L8.25-2L14.5-14V0'],
  N: [14.5, 'M2 0V-14L12.5 0V-14'],
  O: [15.5, 'M1.5-7a6.2 7 0 1 1 12.4 0a6.2 7 0 1 1-12.4 0'],
  P: [13, 'M2 0V-14H7.5a3.9 3.9 0 0 1 0 7.8H2'],
  Q: [15.5, 'M1.5-7a6.2 7 0 1 1 12.4 0a6.2 7 0 1 1-12.4 0M9-3.5L13.5 1'],
  R: [13.5, 'M2 0V-14H7.5a3.8 3.8 0 0 1 0 7.6H2M8-6.4L12 0'],
  S: [13, 'M11.2-10.8Q10.6-14 6.5-14Q2-14 2-10.4C2-5.8 11.5-8.8 11.5-3.8Q11.5 0 6.6 0Q1.8 0 1.3-3.6'],
  T: [12, 'M6-14V0M.8-14H11.2'],
  U: [14.5, 'M2-14V-5a5.25 5 0 0 0 10.5 0V-14'],
  V: [13, 'M1-14L6.5 0L12-14'],
  W: [18.5, 'M1-14L5 0L9.25-14L13.5 0L17.5-14'],
  X: [13, 'M1.5-14L11.5 0M11.5-14L1.5 0'],
  Y: [13, 'M1-14L6.5-6.5V0M12-14L6.5-6.5'],
  Z: [12, 'M1.5-14H10.8L1.2 0H11'],
  a: [11.2, `M1.4-5${bowl}M9.3-10V0`],
  b: [11.2, `M1.9-14.5V0M1.9-5${bowl}`],
  c: [10, 'M8.7-7.8A4 5 0 1 0 8.7-2.2'],
  d: [11.2, `M1.4-5${bowl}M9.3-14.5V0`],
  e: [10.8, 'M1.5-5H9.3A3.95 5 0 1 0 8.5-1.9'],
  f: [6, 'M6-14.3H5.2Q3-14.3 3-11.8V0M.6-10H5.6'],
  g: [11.2, `M1.4-5${bowl}M9.3-10V.5Q9.3 4.3 5.3 4.3Q2.8 4.3 1.8 2.8`],
  h: [11, `M1.9-14.5V0M1.9-6${arch}`],
  i: [4.6, 'M2.3-10V0M2.3-13.8v.4'],
  j: [4.6, 'M2.6-10V1.8Q2.6 4.2.2 4.2M2.6-13.8v.4'],
  k: [10, 'M1.9-14.5V0M8.6-10L1.9-3.8M4.4-6L9 0'],
  l: [4.6, 'M2.3-14.5V0'],
  m: [16.6, 'M1.9-10V0M1.9-6.2Q2.5-10 5.4-10Q8.3-10 8.3-6.6V0M8.3-6.2Q8.9-10 11.8-10Q14.7-10 14.7-6.6V0'],
  n: [11, `M1.9-10V0M1.9-6${arch}`],
  o: [11, 'M1.4-5a4.1 5 0 1 1 8.2 0a4.1 5 0 1 1-8.2 0'],
  p: [11.2, `M1.9-10V4.2M1.9-5${bowl}`],
  q: [11.2, `M9.3-10V4.2M1.4-5${bowl}`],
  r: [6.8, 'M1.9-10V0M1.9-5.6Q2.4-10 6.4-9.9'],
  s: [9.8, 'M8.2-8Q7.6-10 5-10Q1.7-10 1.7-7.4C1.7-4 8.4-6.2 8.4-2.7Q8.4 0 5 0Q1.8 0 1.3-2.3'],
  t: [6, 'M3-13V-2.6Q3 0 5.6-.1M.6-10H5.6'],
  u: [11, 'M1.8-10V-3.6Q1.8 0 5 0Q8.4 0 9.1-4M9.1-10V0'],
  v: [10, 'M1-10L5 0L9-10'],
  w: [14.6, 'M.9-10L4 0L7.3-10L10.6 0L13.7-10'],
  x: [10, 'M1.2-10L8.8 0M8.8-10L1.2 0'],
  y: [10, 'M1-10L5.1-.2M9-10L5.1-.2Q3.5 4.3 1 4.2'],
  z: [10, 'M1.4-10H8.4L1.2 0H8.8'],
  '0': [11.2, 'M1.5-7a4.1 7 0 1 1 8.2 0a4.1 7 0 1 1-8.2 0'],
  '1': [11.2, 'M2.6-11L6.2-14V0'],
  '2': [11.2, 'M1.7-10.4Q1.9-14 5.6-14Q9.4-14 9.4-10.4Q9.4-8 7-5.4L1.5 0H9.8'],
  '3': [11.2, 'M1.7-11.2Q2.3-14 5.4-14Q9-14 9-10.7Q9-7.5 5-7.4Q9.6-7.4 9.6-3.7Q9.6 0 5.5 0Q2 0 1.4-3.1'],
  '4': [11.2, 'M7.7 0V-14L1.2-4.2H10'],
  '5': [11.2, 'M9-14H2.9L2.2-7.6Q3.6-9 5.6-9Q9.6-8.8 9.6-4.6Q9.6 0 5.4 0Q2.1 0 1.4-2.9'],
  '6': [11.2, 'M9-12Q8.2-14 5.8-14Q1.5-14 1.5-6V-4.5a4.05 4.5 0 1 1 8.1 0a4.05 4.5 0 1 1-8.1 0'],
  '7': [11.2, 'M1.4-14H9.7Q5-8 4 0'],
  '8': [
    11.2,
    'M2-10.75a3.6 3.25 0 1 1 7.2 0a3.6 3.25 0 1 1-7.2 0M1.5-3.75a4.1 3.75 0 1 1 8.2 0a4.1 3.75 0 1 1-8.2 0',
  ],
  '9': [11.2, 'M2.2-2Q3 0 5.4 0Q9.7 0 9.7-8V-9.5a4.05 4.5 0 1 0-8.1 0a4.05 4.5 0 1 0 8.1 0'],
  '!': [5.6, 'M2.8-14V-4.5M2.8-.6v.3'],
  '"': [7, 'M2-14V-10M5-14V-10'],
  '#': [11.2, 'M3 0L5-14M7 0L9-14M1.2-9.5H10.6M.6-4.5H10'],
  $: [
    11.2,
    'M9.4-10.4Q9-12.4 5.6-12.4Q1.9-12.4 1.9-9.6C1.9-5.4 9.6-8 9.6-3.9Q9.6-1.2 5.6-1.2Q1.8-1.2 1.3-3.6M5.6-14.6V1',
  ],
  '%': [
    17.8,
    'M1.3-10.6a2.8 3.3 0 1 1 5.6 0a2.8 3.3 0 1 1-5.6 0M13-14L5 0M10.9-3.4a2.8 3.3 0 1 1 5.6 0a2.8 3.3 0 1 1-5.6 0',
  ],
  '&': [
    13.4,
    'M12.4 0L3.8-9.2C1.6-11.6 3-14 5.6-14C8.6-14 9.2-10.6 6.6-9C3.6-7.2 1.4-6.4 1.4-3.6C1.4-1 3.4 0 5.6 0C8.6 0 11-2.4 11.4-6.6',
  ],
  "'": [4, 'M2-14V-10'],
  '(': [6.6, 'M5-15Q1.8-11 1.8-6Q1.8-1 5 3'],
  ')': [6.6, 'M1.6-15Q4.8-11 4.8-6Q4.8-1 1.6 3'],
  '*': [7.8, 'M3.9-14V-8M1.3-12.5L6.5-9.5M6.5-12.5L1.3-9.5'],
  '+': [11.7, 'M5.85-10V-1M1.3-5.5H10.4'],
  ',': [5.6, 'M2.9-.8L2 2.4'],
  '-': [6.6, 'M1.2-5H5.4'],
  '.': [5.6, 'M2.8-.6v.3'],
  '/': [5.6, 'M.4 1L5.2-14.5'],
  ':': [5.6, 'M2.8-.6v.3M2.8-9.2v.3'],
  ';': [5.6, 'M2.9-.8L2 2.4M2.8-9.2v.3'],
  '<': [11.7, 'M10.2-9.6L1.6-5.5L10.2-1.4'],
  '=': [11.7, 'M1.3-7.5H10.4M1.3-3.5H10.4'],
  '>': [11.7, 'M1.5-9.6L10.1-5.5L1.5-1.4'],
  '?': [11.2, 'M1.8-10.6Q2-14 5.6-14Q9.4-14 9.4-10.8Q9.4-8.8 7.4-7.4Q5.6-6.2 5.6-4.4M5.6-.6v.3'],
  '@': [
    20,
    'M6.4-6a3.6 3.8 0 1 1 7.2 0a3.6 3.8 0 1 1-7.2 0M13.6-9.6V-5Q13.6-2.4 15.6-2.4Q18.4-2.6 18.4-7Q18.2-14 10-14Q1.6-13.8 1.6-5.8Q1.8 2 10 2Q12.6 2 14.6 1',
  ],
  '[': [5.6, 'M4.6-15H2V3H4.6'],
  '\\': [5.6, 'M.4-14.5L5.2 1'],
  ']': [5.6, 'M1-15H3.6V3H1'],
  '^': [9.4, 'M1.4-7L4.7-14L8-7'],
  _: [11.2, 'M0 3H11.2'],
  '`': [6.6, 'M2-14L4-12'],
  '{': [6.7, 'M5.4-15Q3.2-15 3.2-12.4V-8.6Q3.2-6 1.2-6Q3.2-6 3.2-3.4V.4Q3.2 3 5.4 3'],
  '|': [5.2, 'M2.6-15V3'],
  '}': [6.7, 'M1.3-15Q3.5-15 3.5-12.4V-8.6Q3.5-6 5.5-6Q3.5-6 3.5-3.4V.4Q3.5 3 1.3 3'],
  '~': [11.7, 'M1.4-4.4C3-8 5-6.4 6-5.5C7-4.6 8.8-3 10.4-6.6'],
  '±': [11.7, 'M5.85-11.5V-3.5M1.3-7.5H10.4M1.3 0H10.4'],
  '×': [11.7, 'M2.4-9L9.2-2.2M9.2-9L2.4-2.2'],
  '−': [11.7, 'M1.3-5.5H10.4'],
  '–': [11.2, 'M.8-5H10.4'],
  '—': [20, 'M.8-5H19.2'],
  '²': [6.6, 'M1.2-11.6Q1.4-14 3.3-14Q5.3-14 5.3-12Q5.3-10.8 1.2-7H5.4'],
  '°': [8, 'M1.6-11.6a2.4 2.4 0 1 1 4.8 0a2.4 2.4 0 1 1-4.8 0'],
  '·': [5.6, 'M2.8-5.6v.3'],
  '…': [16, 'M2.8-.6v.3M8-.6v.3M13.2-.6v.3'],
};
