import { at } from '../../errors.js';
import { matrix } from '../../graph/shapes.js';
import type { LabelledFeatures } from '../prepare.js';

/**
 * Mean feature vector [d] of each class that has images, in the order of the classes, in double precision. Classes
 * without images are not in the map.
 */
export function classMeans(
  { features, labels }: LabelledFeatures,
  classes: number,
): Map<number, Float64Array> {
  const [, d] = matrix(features.shape, 'the features');
  const sums = Array.from({ length: classes }, () => new Float64Array(d));
  const counts = new Int32Array(classes);
  labels.forEach((label, i) => {
    const sum = at(sums, label);
    counts[label] = at(counts, label) + 1;
    for (let j = 0; j < d; j++) sum[j] = at(sum, j) + at(features.data, i * d + j);
  });
  const means = new Map<number, Float64Array>();
  sums.forEach((sum, k) => {
    const count = at(counts, k);
    if (count > 0)
      means.set(
        k,
        sum.map((total) => total / count),
      );
  });
  return means;
}
