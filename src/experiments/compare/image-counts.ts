import { percentOf } from '../../run/options/percent-of.js';
import type { ExperimentRecord } from './record.js';
import type { CompareRequest } from './request.js';

/** How many images there are to train and to validate with at each share, of the first seed; nothing where all are used. */
export function imageCounts(
  splits: ExperimentRecord['splits'],
  { fractions, seeds, data }: Pick<CompareRequest, 'fractions' | 'seeds' | 'data'>,
): string[] {
  if (fractions.every((fraction) => fraction === 1)) return [];
  return data.flatMap(({ name }) => {
    const own = splits.filter(({ dataset, seed }) => dataset === name && seed === seeds[0]);
    const trained = own.map(({ fraction, train }) => `${train} training images at ${percentOf(fraction)} %`);
    // No share is taken of them.
    const [first] = own;
    return first === undefined
      ? []
      : [`${name}: ${trained.join(', ')}; ${first.val} validation images at each`];
  });
}
