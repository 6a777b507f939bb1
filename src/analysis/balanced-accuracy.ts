/** How many images there are of a class, and of how many it was found. */
export interface ClassTally {
  readonly images: number;
  readonly correct: number;
}

/** Mean over the classes that have images of the share that was found of each. */
export function balancedAccuracy(classes: readonly ClassTally[]): number {
  const present = classes.filter(({ images }) => images > 0);
  return present.reduce((sum, { images, correct }) => sum + correct / images, 0) / present.length;
}
