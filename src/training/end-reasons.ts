import type { Position } from './checkpoint.js';

/** What limits the length of a run. */
export interface RunLength {
  readonly epochs: number;
  readonly batchesPerEpoch: number;
  /** Epochs without a better validation after which it ends. */
  readonly patience?: number | undefined;
  /** Batches after which it ends. */
  readonly maxSteps?: number | undefined;
}

export type EndReason = 'epochs' | 'max-steps' | 'patience';

/** Batches of a whole run, as far as they are known: patience may end it earlier. */
export function totalSteps({
  epochs,
  batchesPerEpoch,
  maxSteps = Number.POSITIVE_INFINITY,
}: RunLength): number {
  return Math.min(epochs * batchesPerEpoch, maxSteps);
}

/** Why a run is over at a position; nothing for one that goes on. */
export function endReasons({ epoch, batch, best }: Position, length: RunLength): EndReason[] {
  const { epochs, batchesPerEpoch, patience, maxSteps } = length;
  const done = epoch * batchesPerEpoch + batch;
  const reasons: readonly (readonly [EndReason, boolean])[] = [
    ['epochs', done >= epochs * batchesPerEpoch],
    ['max-steps', maxSteps !== undefined && done >= maxSteps],
    ['patience', patience !== undefined && best !== undefined && epoch - best.epoch >= patience],
  ];
  return reasons.flatMap(([reason, applies]) => (applies ? [reason] : []));
}
