import { AdarandError } from '../../errors.js';
import { methods } from '../../methods/index.js';
import { ofOneClass } from '../../methods/inputs.js';
import type { BoundMethod } from '../../methods/method.js';
import { ownTaskLoss } from '../../training/own-task-loss.js';
import type { AskedOptions } from './train-options.js';

/**
 * Whether what the options do to the labels reaches the loss that the method trains with, and leaves it what it needs.
 *
 * @throws AdarandError `method.own-task-loss`, `method.needs-one-class`.
 */
export function checkLabelUse(method: BoundMethod, options: AskedOptions): void {
  const { labelSmoothing, balance, mixup, cutmix, lambda = method.defaultLambda } = options;
  const weighted = balance === 'loss';
  // With a lambda of 0, its losses are left out, and the cross-entropy is back.
  if (method.replacesTaskLoss && lambda !== 0 && (labelSmoothing > 0 || weighted))
    throw ownTaskLoss(method.name, { labelSmoothing, weighted });
  const mixing = [
    ...(mixup > 0 ? [`--mixup ${mixup}`] : []),
    ...(cutmix > 0 ? [`--cutmix ${cutmix}`] : []),
  ].join(' and ');
  if (mixing !== '' && takesOneClass(method))
    throw new AdarandError(
      'method.needs-one-class',
      `${method.name} needs the one class of each image, and ${mixing} would make images of two`,
      `Leave out ${mixing}, or choose a --method that looks at no classes: ${withoutClasses().join(', ')}.`,
    );
}

function takesOneClass({ needs }: BoundMethod): boolean {
  return ofOneClass.some((need) => needs.includes(need));
}

/** Those that need nothing else, either. */
function withoutClasses(): string[] {
  return Object.values(methods).flatMap((method) => {
    const bound = method.bind();
    return takesOneClass(bound) || bound.needs.includes('sourceBatch') ? [] : [method.name];
  });
}
