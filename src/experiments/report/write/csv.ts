import type { ReportTable, TidyValue } from '../block.js';
import { textOf } from './cell-text.js';

/** RFC 4180. Numbers have all their digits; what is not known is empty. */
export function csvOf({ columns, rows, tidy }: ReportTable): string {
  const lines =
    tidy === undefined
      ? [columns.map(({ title }) => title), ...rows.map((row) => row.map(textOf))]
      : [tidy.columns, ...tidy.rows.map((row) => row.map(valueText))];
  return lines.map((line) => `${line.map(quoted).join(',')}\r\n`).join('');
}

function valueText(value: TidyValue): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(Number(value.toPrecision(12))) : '';
  return value === undefined ? '' : String(value);
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
