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
  const { data, options } = record;
  if (best === undefined && data.val > 0 && epoch > 0)
    throw wrong(`it has no best epoch after ${epoch} epochs`);
  if (best !== undefined && data.val === 0) throw wrong('it has a best epoch, and no validation images');
  if (best?.epoch === 0 && options.head !== 'linear-probe')
    throw wrong('its best epoch is 0, and the head was random before training');
}

function wrong(what: string): AdarandError {
  return new AdarandError(
    'checkpoint.position',
    `a checkpoint is not one of this run: ${what}`,
    'Restore the run folder as it was, or start a new run.',
  );
}
