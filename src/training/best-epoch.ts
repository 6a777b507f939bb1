import { invariant } from '../errors.js';
import type { BestEpoch } from './checkpoint.js';

/** What the best epoch is chosen by, on the validation images. */
export const criteria = ['accuracy', 'balanced-accuracy', 'loss'] as const;

export type Criterion = (typeof criteria)[number];

/** Whether an epoch is better than the best so far; of equals by an accuracy, the one with the lower loss. */
export function isBetter(epoch: BestEpoch, best: BestEpoch | undefined, by: Criterion): boolean {
  if (best === undefined) return true;
  if (by === 'loss') return epoch.loss < best.loss;
  const [now, before] = [epoch, best].map((each) => accuracyOf(each, by));
  invariant(now !== undefined && before !== undefined, 'the balanced accuracy of an epoch is not known');
  return now > before || (now === before && epoch.loss < best.loss);
}

function accuracyOf(epoch: BestEpoch, by: 'accuracy' | 'balanced-accuracy'): number | undefined {
  return by === 'accuracy' ? epoch.accuracy : epoch.balancedAccuracy;
}
