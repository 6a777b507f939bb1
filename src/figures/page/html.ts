import { printable } from '../../printable.js';

/** Markup: what is in it was escaped, or written here. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Content = Html | string | number | undefined | readonly Content[];

/** A template of markup. What is inserted is text, unless it is markup itself; undefined is nothing. */
export function html(parts: TemplateStringsArray, ...inserted: readonly Content[]): Html {
  return new Html(
    parts.map((part, i) => `${part}${i < inserted.length ? markupOf(inserted[i]) : ''}`).join(''),
  );
}

function markupOf(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.markup;
  if (typeof content === 'string' || typeof content === 'number') return escaped(String(content));
  return content.map(markupOf).join('');
}

/** Text as it is written between tags and in attributes. Control characters, which names may have, are shown. */
function escaped(text: string): string {
  return printable(text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`));
}
