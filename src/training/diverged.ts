import { AdarandError } from '../errors.js';

/** A number that is not finite where training needs one. A resumed run computes the same, so only a new one helps. */
export function diverged(what: string, learningRate: number): AdarandError {
  return new AdarandError(
    'training.diverged',
    what,
    `Start a new run with a smaller --learning-rate than ${learningRate} (or a smaller --lambda); ` +
      'to resume this one would repeat it.',
  );
}

/** The same of a state of a method's own, which the loss need not read. */
export function stateDiverged(method: string, state: string, step: number): AdarandError {
  return new AdarandError(
    'training.diverged',
    `${method}: its state ${state} is not a number after step ${step}`,
    'Look for a division by 0, or the root or logarithm of less than 0, in how the method computes it; where there is none, ' +
      'start a new run with a smaller --learning-rate.',
  );
}

/** The same before the first update, where the learning rate had no part in it. */
export function notFiniteAtFirst(loss: number | undefined): AdarandError {
  return new AdarandError(
    'training.diverged',
    `the loss is ${loss} at step 1, before anything was trained`,
    'Start a new run with another --model, or with a smaller --lambda if the method has a penalty.',
  );
}
