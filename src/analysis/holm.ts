import { at } from '../errors.js';

/**
 * P values for several tests at once, in their order: Holm, "A simple sequentially rejective multiple test procedure" (1979).
 * With those below 0.05 rejected, the probability of any false rejection is at most 0.05, however the tests depend on each
 * other. The i-th smallest of m is multiplied by m - i, counted from 0, and none is below a smaller one's.
 */
export function holm(p: readonly number[]): number[] {
  const order = Array.from(p.keys()).sort((a, b) => at(p, a) - at(p, b));
  const adjusted = Array.from(p);
  let least = 0;
  order.forEach((test, rank) => {
    least = Math.max(least, Math.min(1, (p.length - rank) * at(p, test)));
    adjusted[test] = least;
  });
  return adjusted;
}
