import type { z } from 'zod';
import { AdarandError } from '../../errors.js';
import type { finalistSchema, TriedRun } from './record.js';
import { type Finalist, mean } from './search.js';

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
  const { accuracy } = mean(outcomes);
  const squares = outcomes.reduce((sum, outcome) => sum + (outcome.accuracy - accuracy) ** 2, 0);
  return {
    method,
    configuration: number,
    learning_rate: run.learning_rate,
    lambda: run.lambda,
    augment: run.augment,
    label_smoothing: run.label_smoothing,
    epochs: run.epochs,
    val_accuracy: accuracy,
    val_sd: outcomes.length < 2 ? null : Math.sqrt(squares / (outcomes.length - 1)),
  };
}
