import { AdarandError } from '../../errors.js';
import type { Position } from '../../training/checkpoint.js';
import type { RunLength } from '../../training/end-reasons.js';
import type { RunRecord } from '../folder/record.js';

export function lengthOf({ options, settings, data }: RunRecord): RunLength {
  const { epochs, patience, maxSteps } = options;
  return { epochs, patience, maxSteps, batchesPerEpoch: Math.floor(data.train / settings.batchSize) };
}

/** Batches that a run has done at a position. */
export function stepsAt(record: RunRecord, { epoch, batch }: Position): number {
  const { maxSteps = Number.POSITIVE_INFINITY } = record.options;
  return Math.min(epoch * lengthOf(record).batchesPerEpoch + batch, maxSteps);
}

/**
 * Whether a checkpoint's position is one of this run's.
 *
 * @throws AdarandError `checkpoint.position`.
 */
export function checkPosition(position: Position, record: RunRecord): void {
  const { epoch, batch, best } = position;
  const { epochs, batchesPerEpoch } = lengthOf(record);
  if (epoch > epochs) throw wrong(`it has done ${epoch} epochs of ${epochs}`);
  if (epoch === epochs && batch > 0) throw wrong(`it has done ${batch} batches after the last epoch`);
  if (batch >= batchesPerEpoch) throw wrong(`it has done ${batch} batches of an epoch of ${batchesPerEpoch}`);
  if (best !== undefined && best.epoch > epoch)
    throw wrong(`its best epoch is ${best.epoch}, after ${epoch}`);
  const expectsBest = record.data.val > 0 && epoch > 0;
  if (expectsBest !== (best !== undefined))
    throw wrong(`it has ${best === undefined ? 'no' : 'a'} best epoch after ${epoch} epochs`);
}

function wrong(what: string): AdarandError {
  return new AdarandError(
    'checkpoint.position',
    `a checkpoint is not one of this run: ${what}`,
    'Restore the run folder as it was, or start a new run.',
  );
}
