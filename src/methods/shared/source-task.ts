import { float32, type Value, zeros } from '../../graph/ops.js';
import { crossEntropy, linear } from '../../nn/functional.js';
import { normal } from '../../nn/initializers.js';
import { Random } from '../../random.js';
import type { SourceBatch } from '../inputs.js';
import type { LossTools } from '../losses.js';

/**
 * The source task of joint fine-tuning: mean cross-entropy of the source images of a batch under a second head on the
 * same backbone, which is trained along and then dropped. The head is new: weights [S, d] from N(0, std^2), drawn with the
 * run's seed, and bias 0.
 */
export function sourceCrossEntropy(
  { features, oneHot }: SourceBatch,
  { sourceClasses: S, featureSize: d, seed, parameter }: LossTools,
  std: number,
): Value {
  const initial = float32([S, d], normal(std)([S, d], new Random(seed, 'source')));
  const weight = parameter('sourceHead.weight', initial, 'weight');
  const bias = parameter('sourceHead.bias', zeros('float32', [S]), 'bias');
  return crossEntropy(linear(features, weight, bias), oneHot);
}
