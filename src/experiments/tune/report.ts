import type { z } from 'zod';
import { meanAndSpread } from '../../analysis/statistics.js';
import { AdarandError } from '../../errors.js';
import type { finalistSchema, TriedRun } from './record.js';
import type { Finalist } from './search.js';

/** A finalist with the values that its configuration stands for. */
export function describeFinalist(
  { method, number, outcomes }: Finalist,
  tried: readonly TriedRun[],
): z.infer<typeof finalistSchema> {
  // A later stage has more epochs.
  const run = tried.findLast((one) => one.method === method && one.configuration === number);
  if (run === undefined)
    throw new AdarandError(
      'run.damaged',
      `no run of configuration ${number} of ${method} is recorded`,
      'Start the search again in another folder.',
    );
  const { mean, std } = meanAndSpread(outcomes.map(({ accuracy }) => accuracy));
  return {
    method,
    configuration: number,
    learning_rate: run.learning_rate,
    lambda: run.lambda,
    augment: run.augment,
    label_smoothing: run.label_smoothing,
    epochs: run.epochs,
    val_accuracy: mean,
    val_sd: outcomes.length < 2 ? null : std,
  };
}
