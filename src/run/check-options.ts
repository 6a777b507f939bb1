import type { Regularizer } from '../regularizers/regularizer.js';
import { checkSource } from './check-needs.js';
import { parseTrainOptions, type RunOptions, type TrainOptions } from './config.js';
import { openMethod, parseMethodOptions } from './methods.js';

/** A run's options and its method, found to be right as far as that can be said without data and network. */
export interface CheckedOptions {
  readonly options: RunOptions;
  readonly method: Regularizer;
  /** The method's options with its defaults. */
  readonly regularizerOptions: unknown;
}

/** @throws AdarandError as `parseTrainOptions`, `openMethod`, `checkSource` and `parseMethodOptions` do. */
export async function checkOptions(given: TrainOptions): Promise<CheckedOptions> {
  const options = parseTrainOptions(given);
  const method = await openMethod(options.regularizer);
  checkSource(method, options.source);
  return { options, method, regularizerOptions: parseMethodOptions(method, options.regularizerOptions) };
}
