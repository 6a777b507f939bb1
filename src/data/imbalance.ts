/** Whether some classes have far fewer training images than others, from `FolderReport.imbalance`. */
export function isUnbalanced(imbalance: number): boolean {
  return imbalance >= 3;
}
