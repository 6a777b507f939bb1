import { passesOn } from '../autodiff/passes-on.js';
import type { Value } from '../graph/value.js';
import type { AddedLosses, MethodLosses } from '../methods/losses.js';

/**
 * The losses that a method adds and that have no gradient for anything of the classifier that is trained, in words; of a
 * combination, those of each of its methods.
 */
export function withoutEffect(
  name: string,
  losses: Pick<MethodLosses, keyof AddedLosses | 'parts'>,
  trained: Iterable<Value>,
): string[] {
  const values = new Set(trained);
  const isUseless = (loss: Value | undefined) => loss !== undefined && !passesOn(loss, values);
  const parts = losses.parts ?? new Map([[name, losses]]);
  return [...parts].flatMap(([method, { penalty, extraLoss }]) => [
    ...(isUseless(penalty) ? [`the penalty of ${method}`] : []),
    ...(isUseless(extraLoss) ? [`the extra loss of ${method}`] : []),
  ]);
}
