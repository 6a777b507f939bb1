import { at } from '../../errors.js';
import type { ConfusionMatrix } from './confusion-matrix.js';

/** More classes than this cannot be read. */
export const DRAWN = 120;

/** The classes that are most often mistaken, or answered by mistake, in their order. */
export function mostConfused(counts: Int32Array, classes: readonly string[]): ConfusionMatrix {
  const K = classes.length;
  const mistakes = new Float64Array(K);
  counts.forEach((images, cell) => {
    const [truth, answer] = [Math.floor(cell / K), cell % K];
    if (truth === answer) return;
    mistakes[truth] = at(mistakes, truth) + images;
    mistakes[answer] = at(mistakes, answer) + images;
  });
  const chosen = Array.from(classes.keys())
    .sort((a, b) => at(mistakes, b) - at(mistakes, a))
    .slice(0, DRAWN)
    .sort((a, b) => a - b);
  return {
    classes: chosen.map((k) => at(classes, k)),
    counts: chosen.flatMap((truth) => chosen.map((answer) => at(counts, truth * K + answer))),
  };
}
