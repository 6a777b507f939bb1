import type { BoundMethod } from '../../methods/method.js';
import type { TrainOptions } from '../../run/options/options.gen.js';
import { sharedOptions } from '../../run/options/tune-options.js';
import type { TuneRecord } from './record.js';
import type { Trial } from './search.js';

/**
 * What a trial is trained with: what the user has chosen stays, the rest is relative to the method's defaults, which its
 * first trial resolved.
 */
export function trialOptions(
  { method, number, configuration, epochs, fold }: Trial,
  { request, tried }: TuneRecord,
  { replacesTaskLoss = false }: BoundMethod,
): TrainOptions {
  const base = sharedOptions(request);
  const options = { ...base, method, epochs, valFold: fold, test: false, predictions: false };
  const standard = tried.find((run) => run.method === method && run.configuration === 0);
  if (number === 0 || standard === undefined) return options;
  const { learningRate, lambda, augment, labelSmoothing } = configuration;
  return {
    ...options,
    epochs: request.epochs === undefined ? Math.max(1, Math.round(epochs * configuration.epochs)) : epochs,
    learningRate: base.learningRate ?? standard.learning_rate * learningRate,
    // A method without a penalty has no weight.
    ...(standard.lambda > 0 && { lambda: base.lambda ?? standard.lambda * lambda }),
    augment: base.augment ?? (augment === 'default' ? standard.augment : augment),
    // A method with a task loss of its own smooths no labels.
    ...(!replacesTaskLoss && { labelSmoothing: base.labelSmoothing ?? labelSmoothing }),
  };
}
