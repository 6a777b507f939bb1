/** `93.4 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** `92.5 % (95 %: 88.4 to 95.2)`. */
export function accuracyWithInterval(accuracy: number, [low, high]: readonly [number, number]): string {
  const ends = [low, high].map((end) => Number((100 * end).toFixed(1)));
  return `${percent(accuracy)} (95 %: ${ends.join(' to ')})`;
}

/** What is said after a number of images, where each was classified along with its mirror image. */
export function withMirrorImages({ tta }: { readonly tta: 'none' | 'flip' }): string {
  return tta === 'flip' ? ', each with its mirror image' : '';
}

/** What is said after a number of images, where only some of the classes have any; null: it is not known how many. */
export function ofSomeClasses(present: number | null, classes: number): string {
  return present === null || present === classes ? '' : ` of ${present} of ${classes} classes`;
}

/** What is said after a mean over classes. */
export function overSomeClasses(present: number | null, classes: number): string {
  return present === null || present === classes
    ? ''
    : ` (the mean over the ${present} of ${classes} classes that have images)`;
}

/** The figure by which an epoch was chosen, where it was not the validation accuracy. */
export function chosenBy(summary: {
  readonly choose_by: 'accuracy' | 'balanced-accuracy' | 'loss';
  readonly val_loss: number | null;
  readonly val_balanced_accuracy: number | null;
  /** Classes with validation images; null where it is not known. */
  readonly val_classes: number | null;
  readonly classes: number;
}): string | undefined {
  const { choose_by: by, val_loss: loss, val_balanced_accuracy: balanced } = summary;
  if (by === 'loss' && loss !== null) return `validation loss ${loss.toFixed(3)}`;
  if (by === 'balanced-accuracy' && balanced !== null)
    return `balanced validation accuracy ${percent(balanced)}${overSomeClasses(summary.val_classes, summary.classes)}`;
  return undefined;
}
