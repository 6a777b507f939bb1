import { argMax } from '../analysis/arg-max.js';
import { at } from '../errors.js';
import { floatsOf, type Tensor } from '../graph/tensor.js';
import type { StepMetrics } from './events.js';

/** The scalars of a step's outputs, and the accuracy on its batch. */
export function readMetrics(outputs: ReadonlyMap<string, Tensor>, labels: Int32Array): StepMetrics {
  const metrics: Record<string, number> = {};
  for (const [name, { data }] of outputs) if (name !== 'logits') metrics[name] = Number(data[0]);
  metrics.accuracy = countCorrect(floatsOf(outputs, 'logits'), labels) / labels.length;
  return metrics;
}

function countCorrect({ data, shape }: Tensor<'float32'>, labels: Int32Array): number {
  const classes = at(shape, 1);
  return labels.filter((label, i) => argMax(data.subarray(i * classes, (i + 1) * classes)) === label).length;
}
