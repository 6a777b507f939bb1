import { minimize } from '../../analysis/lbfgs.js';
import { at } from '../../errors.js';
import type { Tensor } from '../../graph/tensor.js';

/**
 * Temperature scaling (Guo et al., ICML 2017, arXiv 1706.04599): the factor s > 0 for which softmax(s z) has the lowest
 * mean negative log-likelihood of the labels. It brings confidence in line with accuracy and leaves every decision as it is.
 *
 * The likelihood of logits that are always right rises with s for ever, that of logits no better than chance as s
 * goes to 0; s stops where a change of 1 % would change it by less than 1e-11.
 *
 * @param logits z, [n, K]
 */
export async function inverseTemperature(logits: Tensor<'float32'>, labels: Int32Array): Promise<number> {
  const [, classes = 1] = logits.shape;
  // Over log s, so that s is positive and the unit of the logits does not matter.
  const { point } = await minimize(
    async ([logScale = 0]) => {
      const scale = Math.exp(logScale);
      const { value, derivative } = likelihood(logits.data, labels, classes, scale);
      return { value, gradient: Float64Array.of(scale * derivative) };
    },
    Float64Array.of(-Math.log(largestSpread(logits.data, classes) || 1)),
    { tolerance: 1e-9 },
  );
  return Math.exp(at(point, 0));
}

/** Mean of -log softmax(s z)_y, and its derivative with respect to s: the mean of E_p z - z_y. */
function likelihood(data: Float32Array, labels: Int32Array, classes: number, scale: number) {
  let value = 0;
  let derivative = 0;
  labels.forEach((label, i) => {
    const row = data.subarray(i * classes, (i + 1) * classes);
    const top = Math.max(...row);
    let sum = 0;
    let moment = 0;
    for (const z of row) {
      const weight = Math.exp(scale * (z - top));
      sum += weight;
      moment += weight * z;
    }
    value += (scale * (top - at(row, label)) + Math.log(sum)) / labels.length;
    derivative += (moment / sum - at(row, label)) / labels.length;
  });
  return { value, derivative };
}

/** Largest difference between two logits of one row. */
function largestSpread(data: Float32Array, classes: number): number {
  let largest = 0;
  for (let i = 0; i < data.length; i += classes) {
    const row = data.subarray(i, i + classes);
    largest = Math.max(largest, Math.max(...row) - Math.min(...row));
  }
  return largest;
}
