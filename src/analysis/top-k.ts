import { at } from '../errors.js';
import type { LabelledLogits } from './temperature.js';

/** Share of the images whose class is among the `k` likeliest; of equally likely classes, the first ones count. */
export function topAccuracy({ logits, labels, classes }: LabelledLogits, k: number): number {
  const found = labels.filter((label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const own = at(row, label);
    const before = row.filter((logit, other) => logit > own || (logit === own && other < label));
    return before.length < k;
  });
  return found.length / labels.length;
}
