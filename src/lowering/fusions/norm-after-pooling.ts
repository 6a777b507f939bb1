import { at } from '../../errors.js';
import { nodeOf } from '../../graph/node-of.js';
import { BatchNormTraining, batchNormTraining } from '../../graph/operators/batch-norm-training.js';
import { cast } from '../../graph/operators/cast.js';
import { Conv, conv } from '../../graph/operators/conv.js';
import { div } from '../../graph/operators/div.js';
import { less } from '../../graph/operators/less.js';
import { MaxPool } from '../../graph/operators/max-pool.js';
import { mul } from '../../graph/operators/mul.js';
import { reshape } from '../../graph/operators/reshape.js';
import { sub } from '../../graph/operators/sub.js';
import { rewrite } from '../../graph/rewrite.js';
import { apply, type Node, type Value } from '../../graph/value.js';
import { deviation } from '../batch-norm.js';
import { pointwiseGeometry } from '../conv-geometry.js';
import { type ReadersOf, readersOf } from '../readers.js';

/**
 * Batch normalization before max-pooling goes behind it. With slope = gamma / std >= 0,
 *
 *     max(slope (x - mean) + beta) = slope (max(x) - mean) + beta,
 *
 * and the statistics are still those of all of x. Where gamma < 0, the convolution before gives -x, and the norm's scale is
 * -gamma: both are multiplied by gamma's sign s, and the mean is s times that of s x. With a stride of 2, there is a quarter
 * as much to normalise, and to sum for the gradients of gamma and beta. (Where gamma is exactly 0, all elements of a window
 * are equal, and the gradient of gamma is that of another one of them.)
 *
 * A pass of its own, after an activation went behind the pooling.
 */
export function normAfterPooling(outputs: readonly Value[]): Value[] {
  const readers = readersOf(outputs);
  /** What is pooled instead of a norm's result, and what is done to the maxima. */
  const norms = new Map<Value, { readonly x: Value; readonly slope: Value; readonly offset: Value }>();
  return rewrite(outputs, (node, inputs) => {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (input === undefined || output === undefined) return undefined;
    const norm = norms.get(input);
    const pooling = nodeOf(output, MaxPool);
    if (norm !== undefined && pooling !== undefined) {
      const channels = at(norm.slope.shape, 0);
      const [maxima, offsets] = apply(MaxPool, [norm.x], pooling.attributes);
      const slopes = reshape(norm.slope, [channels, 1, 1, 1]);
      return [conv(maxima, slopes, norm.offset, { ...pointwiseGeometry, group: channels }), offsets];
    }
    const batchNorm = nodeOf(output, BatchNormTraining);
    if (batchNorm === undefined || !isOnlyPooled(node, readers)) return undefined;
    const [convolved, gamma, beta] = inputs;
    const convolution = convolved && nodeOf(convolved, Conv);
    if (convolution === undefined || gamma === undefined || beta === undefined) return undefined;
    const { epsilon } = batchNorm.attributes;
    const sign = sub(1, mul(cast(less(gamma, 0), 'float32'), 2));
    const [images, w] = [at(convolution.inputs, 0), at(convolution.inputs, 1)];
    const kernels = mul(w, reshape(sign, [at(w.shape, 0), 1, 1, 1]));
    const [x] = apply(Conv, [images, kernels], convolution.attributes);
    const scale = mul(gamma, sign);
    const [y, mean, variance] = batchNormTraining(x, { scale, bias: beta }, epsilon);
    const slope = div(scale, deviation(variance, epsilon));
    norms.set(output, { x, slope, offset: sub(beta, mul(mean, slope)) });
    return [y, mul(mean, sign), variance];
  });
}

/** Whether max-pooling alone reads a norm's result, and the norm alone what a convolution without bias gives. */
function isOnlyPooled({ inputs, outputs }: Node, readersOf: ReadersOf): boolean {
  const x = at(inputs, 0);
  const convolution = nodeOf(x, Conv);
  const [pooling, ...others] = readersOf(at(outputs, 0));
  if (pooling === undefined || pooling === 'output' || others.length > 0) return false;
  return (
    pooling.operator.name === MaxPool.name &&
    readersOf(at(pooling.outputs, 1)).length === 0 &&
    convolution?.inputs.length === 2 &&
    readersOf(x).length === 1
  );
}
