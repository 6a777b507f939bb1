import { AdarandError } from '../../errors.js';
import type { BoundMethod } from '../../methods/method.js';
import { checkOptions } from '../../run/options/check-options.js';
import { methodsOf, sharedOptions, type TuneRequest } from '../../run/options/tune-options.js';

/** A search of earlier versions may have them, and goes on. @throws AdarandError `config.invalid` for a method that is named twice. */
export function refuseTwice({ methods }: Pick<TuneRequest, 'methods'>): void {
  const names = methods
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new AdarandError('config.invalid', `--methods has ${twice} twice`, 'Give each one once.');
}

/**
 * Opens the methods of a search, and finds what is wrong with it before its first run, as far as that can be told without
 * data and network.
 *
 * @throws AdarandError `config.invalid`, `tune.nothing`, and as `checkOptions` does.
 */
export async function checkTunable(request: TuneRequest): Promise<ReadonlyMap<string, BoundMethod>> {
  const { minutes, trials } = request;
  const options = sharedOptions(request);
  const names = methodsOf(request);
  const invalid = (message: string, hint: string) => new AdarandError('config.invalid', message, hint);
  if (names.length === 0)
    throw invalid('--methods names no method', 'Name one or more, such as adarand,fine-tuning.');
  if (minutes !== undefined && trials !== undefined)
    throw invalid('--minutes and --trials are two budgets', 'Give one of them.');
  if (trials === 1)
    throw invalid('--trials 1 leaves nothing to choose from', 'Choose at least 2, or use `train`.');
  if (names.length > 1 && Object.keys(request.methodOptions).length > 0)
    throw invalid(
      `--option belongs to one method, and there are ${names.length}`,
      'Name one method, or leave --option out.',
    );
  if (options.valFraction === 0)
    throw invalid('--val-fraction 0 leaves nothing to choose by', 'Choose a greater one.');
  const methods = new Map<string, BoundMethod>();
  for (const method of names) {
    const { method: bound } = await checkOptions({ ...options, method });
    methods.set(method, bound);
    const isSearched = [
      request.learningRate === undefined,
      request.augment === undefined,
      request.epochs === undefined,
      request.labelSmoothing === undefined && !bound.replacesTaskLoss,
      request.lambda === undefined && bound.defaultLambda > 0,
    ];
    if (!isSearched.includes(true))
      throw new AdarandError(
        'tune.nothing',
        `nothing is left to search for ${method}: learning rate, lambda, augmentation, epochs and label smoothing are given`,
        'Leave one of them out, or use `train`.',
      );
  }
  return methods;
}
