import { isBold, textOutline, textWidth } from './font.js';
import { ink } from './palette.js';

/**
 * A chart as a file of its own, on white, with its texts as outlines: it looks the same everywhere, also without fonts. A
 * text with a character that the font lacks stays a text.
 */
export function standalone(chart: string): string {
  const white = `<svg$1 color="${ink}">\n<rect width="100%" height="100%" fill="#ffffff"/>`;
  const texts = /<text([^>]*)>([^<]*)<\/text>/g;
  const outlined = chart
    .replace(notXml, '\ufffd')
    .replace(/<svg([^>]*)>/, white)
    .replace(texts, (text, attributes: string, content: string) => outline(attributes, content) ?? text);
  // A line for each element: a change of a picture is one that can be read.
  return `${outlined.replaceAll(/>(?=<[^/])/g, '>\n')}\n`;
}

/** What no XML file may contain, not even escaped: a name of a file or folder may. */
const notXml = /[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu;

/** How far a text begins before its position, as a share of its width. */
const before: Readonly<Record<string, number>> = { middle: 0.5, end: 1 };

/** Of a text as Vega writes it. */
function outline(attributes: string, content: string): string | undefined {
  const all = new Map(
    Array.from(attributes.matchAll(/ ([\w-]+)="([^"]*)"/g), ([, name = '', value = '']) => [name, value]),
  );
  const taken = (name: string) => {
    const value = all.get(name) ?? '';
    all.delete(name);
    return value;
  };
  const size = Number.parseFloat(taken('font-size'));
  const weight = isBold(taken('font-weight')) ? 'bold' : 'regular';
  taken('font-family');
  const anchor = before[taken('text-anchor')] ?? 0;
  const text = decoded(content);
  const d = textOutline(text, size, weight);
  if (d === undefined) return undefined;
  const left = Math.round(-100 * anchor * textWidth(text, size, weight)) / 100;
  all.set('transform', [taken('transform'), ...(left < 0 ? [`translate(${left},0)`] : [])].join(' '));
  const kept = Array.from(all, ([name, value]) => ` ${name}="${value}"`).join('');
  // In a text, a quotation mark is one; in an attribute, it would end it.
  return `<path role="img" aria-label="${content.replaceAll('"', '&quot;')}"${kept} d="${d}"/>`;
}

function decoded(content: string): string {
  return content.replace(/&(amp|lt|gt|quot);/g, (_, name: string) => entities[name] ?? '');
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };
