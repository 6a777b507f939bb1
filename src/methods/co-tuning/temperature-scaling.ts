import { minimize } from '../../analysis/lbfgs.js';
import { scaledCrossEntropy } from '../../analysis/temperature.js';
import { at } from '../../errors.js';
import type { Tensor } from '../../graph/tensor.js';

/**
 * Temperature scaling (Guo et al., ICML 2017, arXiv 1706.04599): the factor s > 0 for which softmax(s z) has the lowest
 * mean negative log-likelihood of the labels. It brings confidence in line with accuracy and leaves every decision as it is.
 *
 * The likelihood of logits that are always right rises with s for ever, that of logits no better than chance as s
 * goes to 0; s stops where a change of 1 % would change it by less than 1e-11. What follows needs a number there, too;
 * `fitTemperature`, which says that there is none, is for probabilities that are shown.
 *
 * @param logits z, [n, K]
 */
export async function inverseTemperature(logits: Tensor<'float32'>, labels: Int32Array): Promise<number> {
  const [, classes = 1] = logits.shape;
  // Over log s, so that s is positive and the unit of the logits does not matter.
  const { point } = await minimize(
    async ([logScale = 0]) => {
      const scale = Math.exp(logScale);
      const { loss, slope } = scaledCrossEntropy({ logits: logits.data, labels, classes }, scale);
      return { value: loss, gradient: Float64Array.of(scale * slope) };
    },
    Float64Array.of(-Math.log(largestSpread(logits.data, classes) || 1)),
    { tolerance: 1e-9 },
  );
  return Math.exp(at(point, 0));
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
