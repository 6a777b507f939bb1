/** The axes of a plane of principal components, with their shares of the variance: `PC 1 (38 %)`. */
export function componentAxes(explainedVarianceRatio: readonly number[]): readonly [x: string, y: string] {
  const [first = 0, second = 0] = explainedVarianceRatio;
  const axis = (name: string, share: number) => `${name} (${(100 * share).toFixed(0)} %)`;
  return [axis('PC 1', first), axis('PC 2', second)];
}
