import type { Spread } from '../analysis/statistics.js';

export interface Column {
  readonly title: string;
  /** Default: right if every cell that is not empty looks like a number, else left. */
  readonly align?: 'left' | 'right';
}

export type Cell = string | number | null | undefined;

/**
 * Rows under columns, aligned by the widths that terminals give characters (Japanese ones take two columns).
 * `style: 'markdown'` makes a table that is aligned as text and valid as GitHub-flavoured Markdown.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  style: 'text' | 'markdown' = 'text',
): string {
  const markdown = style === 'markdown';
  const clean = (cell: Cell) => {
    const oneLine = String(cell ?? '').replace(/\s*[\r\n]+\s*/g, ' ');
    return markdown ? oneLine.replaceAll('|', '\\|') : oneLine;
  };
  const head = columns.map(({ title }) => clean(title));
  const body = rows.map((row) => columns.map((_, c) => clean(row[c])));
  const widths = columns.map((_, c) =>
    Math.max(3, ...[head, ...body].map((row) => displayWidth(row[c] ?? ''))),
  );
  const right = columns.map(
    ({ align }, c) => (align ?? guessAlign(body.map((row) => row[c] ?? ''))) === 'right',
  );
  const pad = (cells: readonly string[]) =>
    cells.map((cell, c) => {
      const space = ' '.repeat((widths[c] ?? 0) - displayWidth(cell));
      return right[c] ? space + cell : cell + space;
    });
  if (markdown) {
    const rule = widths.map((width, c) => (right[c] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
    return [pad(head), rule, ...body.map(pad)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  }
  const rule = widths.map((width) => '─'.repeat(width));
  return [pad(head), rule, ...body.map(pad)].map((cells) => cells.join('  ').trimEnd()).join('\n');
}

/** `93.12 ± 0.21 (n=3)`; a single run has no spread to show. */
export function formatSpread({ mean, std, n }: Spread, digits = 2, withCount = true): string {
  const spread = n > 1 ? ` ± ${std.toFixed(digits)}` : '';
  return `${mean.toFixed(digits)}${spread}${withCount ? ` (n=${n})` : ''}`;
}

/** Terminal columns: 2 for East Asian wide characters and emoji, 0 for combining marks. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += invisible.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

const invisible = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;

/** Unicode Standard Annex 11, the blocks that matter: CJK, kana, Hangul, full-width forms, emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;

/** A number, alone or with its unit, spread and count. */
const number = /^[+\-−]?[\d.]+(e[+-]?\d+)?( ?%)?( ± [\d.]+)?( ?%)?( \(n=\d+\))?$/;

function guessAlign(cells: readonly string[]): 'left' | 'right' {
  const filled = cells.filter((cell) => cell !== '' && cell !== '-' && cell !== '–');
  return filled.length > 0 && filled.every((cell) => number.test(cell)) ? 'right' : 'left';
}
