import { argMax } from '../../analysis/arg-max.js';
import { softmax } from '../../analysis/softmax.js';
import { at } from '../../errors.js';

/** The first line of a table of predictions, in CSV (RFC 4180). */
export function predictionsHeader(classes: readonly string[]): string {
  return row(['path', 'class', 'predicted', ...classes.map((name) => `probability:${name}`)]);
}

/** The line of one image: its path, its class, the likeliest class, and the softmax's probability of each. */
export function predictionRow(
  { name, truth, logits }: { readonly name: string; readonly truth: string; readonly logits: Float32Array },
  classes: readonly string[],
): string {
  const probabilities = Array.from(softmax(logits), (probability) => probability.toPrecision(7));
  return row([name, truth, at(classes, argMax(logits)), ...probabilities]);
}

function row(cells: readonly string[]): string {
  return `${cells.map(quoted).join(',')}\r\n`;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
