/**
 * One standard deviation for several coordinates: the root of their mean variance, which is not the mean of their standard
 * deviations.
 */
export function rootMeanSquare(std: Float32Array): number {
  return Math.sqrt(std.reduce((sum, sigma) => sum + sigma * sigma, 0) / std.length);
}
