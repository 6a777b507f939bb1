import { pairedHalfWidth } from '../../../analysis/paired-proportions.js';
import { mean, wilsonInterval } from '../../../analysis/statistics.js';
import { at } from '../../../errors.js';
import type { Answers } from './answers.js';
import type { Evidence, FinishedRun } from './evidence.js';
import { accuracyOf } from './panels.js';

/** What the choice of the test images alone leaves uncertain of a difference. */
export interface Resolution {
  /** Half of a 95 % interval, in percentage points. */
  readonly halfWidth: number;
  /**
   * `difference`: of the difference, by what both runs of each pair have answered. `accuracy`: of the baseline's accuracy
   * (Wilson), where that is not known; two methods that are asked the same images differ by less.
   */
  readonly of: 'difference' | 'accuracy';
  /** That a run was measured on. */
  readonly images: number;
}

/** Of runs paired by seed, the baseline's second. */
export function resolutionOf(
  pairs: readonly (readonly [FinishedRun, FinishedRun])[],
  { images: known, split }: Pick<Evidence, 'images' | 'split'>,
): Resolution {
  const { summary } = at(pairs, 0)[1];
  const images = split === 'test' ? summary.test_images : summary.val_images;
  const answersOf = ({ path }: FinishedRun) => known.get(path)?.answers;
  const seeds = pairs.flatMap(([run, base]) => discordance(answersOf(run), answersOf(base), split) ?? []);
  if (seeds.length === pairs.length)
    return { halfWidth: 100 * pairedHalfWidth(seeds), of: 'difference', images };
  const accuracy = mean(pairs.map(([, base]) => accuracyOf(base, split))) / 100;
  const { halfWidth } = wilsonInterval(Math.round(accuracy * images), images);
  return { halfWidth: 100 * halfWidth, of: 'accuracy', images };
}

/** By the image: 1 where the first alone is right, -1 where the second alone is, 0 for others; undefined for other images. */
function discordance(
  one: Answers | undefined,
  other: Answers | undefined,
  split: Evidence['split'],
): Map<string, number> | undefined {
  if (one?.split !== split || other?.split !== split || one.images.length === 0) return undefined;
  const right = (answers: Answers) =>
    new Map(answers.images.map(({ name, truth, predicted }) => [name, Number(truth === predicted)]));
  const [first, second] = [right(one), right(other)];
  const differences = new Map<string, number>();
  for (const [name, value] of first) {
    const against = second.get(name);
    if (against === undefined) return undefined;
    differences.set(name, value - against);
  }
  return first.size === second.size ? differences : undefined;
}
