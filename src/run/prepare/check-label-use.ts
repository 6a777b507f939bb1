import type { BoundMethod } from '../../methods/method.js';
import { ownTaskLoss } from '../../training/own-task-loss.js';
import type { RunOptions } from '../options/train-options.js';

/**
 * Whether what the options do to the labels reaches the loss that the method trains with.
 *
 * @throws AdarandError `method.own-task-loss`.
 */
export function checkLabelUse(
  method: BoundMethod,
  { labelSmoothing, balance, lambda = method.defaultLambda }: RunOptions,
): void {
  const weighted = balance === 'loss';
  // With a lambda of 0, its losses are left out, and the cross-entropy is back.
  if (method.replacesTaskLoss && lambda !== 0 && (labelSmoothing > 0 || weighted))
    throw ownTaskLoss(method.name, { labelSmoothing, weighted });
}
