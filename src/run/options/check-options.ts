import type { Method } from '../../methods/method.js';
import { openMethod, parseMethodOptions } from '../method/open-method.js';
import { checkSource } from '../prepare/check-needs.js';
import { parseTrainOptions, type RunOptions, type TrainOptions } from './train-options.js';

/** A run's options and its method, found to be right as far as that can be said without data and network. */
export interface CheckedOptions {
  readonly options: RunOptions;
  readonly method: Method;
  /** The method's options with its defaults. */
  readonly methodOptions: unknown;
}

/** @throws AdarandError as `parseTrainOptions`, `openMethod`, `checkSource` and `parseMethodOptions` do. */
export async function checkOptions(given: TrainOptions): Promise<CheckedOptions> {
  const options = parseTrainOptions(given);
  const method = await openMethod(options.method);
  checkSource(method, options.source);
  return { options, method, methodOptions: parseMethodOptions(method, options.methodOptions) };
}
