/** Whether some classes have far fewer training images than others, from `FolderReport.imbalance`. */
export function isUnbalanced(imbalance: number): boolean {
  return imbalance >= 3;
}

/** Whether training is likely to neglect the small classes: the long-tailed datasets of Cui et al. (2019) begin at 10. */
export function isLongTailed(imbalance: number): boolean {
  return imbalance > 10;
}
