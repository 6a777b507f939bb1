import { textWidth } from '../font.js';

/** How many columns the entries of a legend have in a width: one row, or columns as wide as the widest, at most `limit`. */
export function legendColumns(names: readonly string[], width: number, size = 12, limit = 240): number {
  const widths = names.map((name) => Math.min(limit, textWidth(name, size)) + 34);
  const total = widths.reduce((a, b) => a + b, 0);
  if (total <= width + 40) return Math.max(1, names.length);
  return Math.max(1, Math.min(names.length, Math.floor((width + 16) / Math.max(...widths))));
}
