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

/** The figure by which an epoch was chosen, where it was not the validation accuracy. */
export function chosenBy(summary: {
  readonly choose_by: 'accuracy' | 'balanced-accuracy' | 'loss';
  readonly val_loss: number | null;
  readonly val_balanced_accuracy: number | null;
}): string | undefined {
  const { choose_by: by, val_loss: loss, val_balanced_accuracy: balanced } = summary;
  if (by === 'loss' && loss !== null) return `validation loss ${loss.toFixed(3)}`;
  if (by === 'balanced-accuracy' && balanced !== null)
    return `balanced validation accuracy ${percent(balanced)}`;
  return undefined;
}
