import { AdarandError } from '../../errors.js';
import type { RunChange, RunRecord } from '../folder/record.js';
import type { Settings } from '../options/settings.js';

export interface ChangedMicroBatch {
  readonly settings: Pick<Settings, 'microBatch'>;
  readonly change: Pick<RunChange, 'micro_batch'>;
  readonly remarks: readonly string[];
}

/** Images that a run computes at a time. */
export function microBatchOf({ batchSize, microBatch = batchSize }: Settings): number {
  return microBatch;
}

/**
 * What becomes of a run's settings where it computes another number of images at a time from here on; undefined where it
 * does not.
 *
 * @throws AdarandError `config.micro-batch` where that is no divisor of the batch size.
 */
export function changeMicroBatch(
  { settings }: Pick<RunRecord, 'settings'>,
  to: number | undefined,
): ChangedMicroBatch | undefined {
  const { batchSize } = settings;
  const from = microBatchOf(settings);
  if (to === undefined || to === from) return undefined;
  if (batchSize % to !== 0)
    throw new AdarandError(
      'config.micro-batch',
      `--micro-batch ${to} does not divide the run's batches of ${batchSize} images`,
      `Choose one of ${divisors(batchSize).join(', ')}.`,
    );
  const text =
    to === batchSize
      ? `from here on, a batch of ${batchSize} images is computed as a whole again`
      : `from here on, a batch of ${batchSize} images is computed ${to} at a time: updates are of as many images as before, ` +
        "BatchNorm's statistics and the method's losses of fewer";
  return {
    settings: { microBatch: to },
    change: { micro_batch: { from, to } },
    remarks: [text],
  };
}

/** The largest number of images at a time that is smaller; undefined where there is none. */
export function smallerMicroBatch(settings: Settings): number | undefined {
  const now = microBatchOf(settings);
  return divisors(settings.batchSize).findLast((size) => size < now);
}

function divisors(of: number): number[] {
  return Array.from({ length: of }, (_, i) => i + 1).filter((size) => of % size === 0);
}
