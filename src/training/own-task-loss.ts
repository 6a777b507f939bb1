import { AdarandError } from '../errors.js';

/** What would change a cross-entropy that is not there, because a method's own loss is in its place. */
export function ownTaskLoss(
  method: string,
  { labelSmoothing, weighted }: { readonly labelSmoothing: number; readonly weighted: boolean },
): AdarandError {
  const flags = [
    ...(labelSmoothing > 0 ? [`--label-smoothing ${labelSmoothing}`] : []),
    ...(weighted ? ['--balance loss'] : []),
  ].join(' and ');
  return new AdarandError(
    'method.own-task-loss',
    `${method} has a classification loss of its own in place of the cross-entropy, which ${flags} would change`,
    `Leave out ${flags}, or choose a method that keeps the cross-entropy, such as adarand or fine-tuning.`,
  );
}
