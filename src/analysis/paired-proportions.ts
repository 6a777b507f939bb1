import { invariant } from '../errors.js';

/** The standard normal's 97.5 % point. */
const z = 1.959963984540054;

/**
 * Half of the 95 % interval of a difference of two accuracies on the same images, by the choice of these. Of one seed, it is
 * Agresti and Min's, "Simple improved confidence intervals for comparing matched proportions" (2005): McNemar's standard error
 * of the b and c discordant images of n, those that one of the two gets right, with half an image added to each of four cells,
 *
 *     z sqrt(b + c + 1 - (b - c)^2 / (n + 2)) / (n + 2)
 *
 * Of several seeds, it is that of their mean difference. An image that several seeds are asked counts once, with what it adds to
 * that mean: more seeds help only as far as they differ, or have images of their own.
 *
 * @param seeds of each, by the image: 1 where the first alone is right, -1 where the second alone is, 0 for others
 */
export function pairedHalfWidth(seeds: readonly ReadonlyMap<string, number>[]): number {
  const added = new Map<string, number>();
  for (const images of seeds)
    for (const [name, difference] of images)
      added.set(name, (added.get(name) ?? 0) + difference / (images.size * seeds.length));
  const n = added.size;
  invariant(n > 0, 'there are images');
  const values = Array.from(added.values());
  const sum = values.reduce((a, b) => a + b, 0);
  const squares = values.reduce((a, b) => a + b * b, 0);
  return z * Math.sqrt(squares + 1 / n ** 2 - sum ** 2 / (n + 2)) * (n / (n + 2));
}
