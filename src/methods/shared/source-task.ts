import { add } from '../../graph/operators/add.js';
import { div } from '../../graph/operators/div.js';
import { logSoftmax } from '../../graph/operators/log-softmax.js';
import { matmul } from '../../graph/operators/matmul.js';
import { mul } from '../../graph/operators/mul.js';
import { float32, zeros } from '../../graph/tensor.js';
import { scalar, type Value } from '../../graph/value.js';
import { normal } from '../../nn/initializers.js';
import { Random } from '../../random.js';
import type { Context } from '../method.js';
import { total } from './distances.js';

/**
 * The source task of joint fine-tuning: mean cross-entropy of the source images of a batch under a second head on the
 * same backbone, which is trained along and then dropped. The head is new: weights [S, d] from N(0, std^2), drawn with a
 * fixed seed, and bias 0.
 */
export function sourceCrossEntropy(context: Context<'sourceBatch'>, std: number): Value {
  const { sourceBatch, sourceClasses: S, featureSize: d, batchSize: B, parameter } = context;
  const initial = float32([S, d], normal(std)([S, d], new Random(0, 'source')));
  const weight = parameter('sourceHead.weight', initial, 'weight');
  const bias = parameter('sourceHead.bias', zeros('float32', [S]), 'bias');
  const logits = add(matmul(sourceBatch.features, weight, { transposeB: true }), bias);
  return div(total(mul(sourceBatch.oneHot, logSoftmax(logits))), scalar(-B));
}
