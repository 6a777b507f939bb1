import { AdarandError } from '../../errors.js';
import type { Position } from '../../training/checkpoint.js';

/** What a run's positions keep within. */
export interface PositionLimits {
  readonly epochs: number;
  readonly batchesPerEpoch: number;
  readonly hasValidation: boolean;
}

/**
 * Whether a checkpoint's position is one of this run's.
 *
 * @throws AdarandError `checkpoint.position`.
 */
export function checkPosition(position: Position, limits: PositionLimits): void {
  const { epoch, batch, best } = position;
  const { epochs, batchesPerEpoch, hasValidation } = limits;
  if (epoch > epochs) throw wrong(`it has done ${epoch} epochs of ${epochs}`);
  if (epoch === epochs && batch > 0) throw wrong(`it has done ${batch} batches after the last epoch`);
  if (batch >= batchesPerEpoch) throw wrong(`it has done ${batch} batches of an epoch of ${batchesPerEpoch}`);
  if (best !== undefined && best.epoch > epoch)
    throw wrong(`its best epoch is ${best.epoch}, after ${epoch}`);
  const expectsBest = hasValidation && epoch > 0;
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
