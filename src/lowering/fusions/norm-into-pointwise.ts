import { at } from '../../errors.js';
import { nodeOf } from '../../graph/node-of.js';
import { BatchNormTraining } from '../../graph/operators/batch-norm-training.js';
import { Conv, conv } from '../../graph/operators/conv.js';
import { convWeightGradient } from '../../graph/operators/conv-weight-gradient.js';
import { div } from '../../graph/operators/div.js';
import { matmul } from '../../graph/operators/matmul.js';
import { max } from '../../graph/operators/max.js';
import { mul } from '../../graph/operators/mul.js';
import { reduceSum } from '../../graph/operators/reduce-sum.js';
import { reshape } from '../../graph/operators/reshape.js';
import { sub } from '../../graph/operators/sub.js';
import { nchw } from '../../graph/shapes.js';
import { sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { deviation } from '../batch-norm.js';
import { hasUnitStride, isPointwise, pointwiseGeometry } from '../conv-geometry.js';
import { crossovers } from '../crossovers.js';
import type { Fusion } from './fusion.js';

/**
 * Batch normalization of a pointwise convolution of few channels to many becomes a part of it. Of x [N,C,H,W] with the mean m [C]
 * and the covariance S [C,C] of its pixels, the convolution W [K,C] has
 *
 *     mean = W m    and    variance[k] = W[k] S W[k]^T,
 *
 * so that the normalised result is one convolution with the kernels gamma / std W and a bias. What it would give without the
 * norm, which is larger than x, is never made, nor are its sums; and the gradients, which follow from that, need no more of it.
 * S takes C C multiplications for each pixel, and its gradient as many.
 */
export const normIntoPointwise: Fusion = (node, inputs, readersOf) => {
  const norm = nodeOf(at(node.outputs, 0), BatchNormTraining);
  const [convolved, gamma, beta] = inputs;
  if (norm === undefined || convolved === undefined || gamma === undefined || beta === undefined)
    return undefined;
  const convolution = nodeOf(convolved, Conv);
  if (convolution === undefined || readersOf(norm.inputs[0]).length !== 1) return undefined;
  const { attributes, inputs: operands } = convolution;
  const [x, w, bias] = operands;
  if (x === undefined || w === undefined || bias !== undefined || !isPointwise(w.shape, attributes))
    return undefined;
  const [filters, channels] = nchw(w.shape);
  if (!hasUnitStride(attributes) || channels ** 2 > crossovers.covariance * filters) return undefined;

  const { m, covariance } = momentsOf(x);
  const rows = reshape(w, [filters, channels]);
  const mean = reshape(matmul(rows, reshape(m, [channels, 1])), [filters]);
  const squares = reshape(reduceSum(mul(matmul(rows, covariance), rows), [1]), [filters]);
  const variance = max(squares, 0);
  const scale = div(gamma, deviation(variance, norm.attributes.epsilon));
  const kernels = mul(w, reshape(scale, [filters, 1, 1, 1]));
  return [conv(x, kernels, sub(beta, mul(mean, scale)), attributes), mean, variance];
};

/** Of the pixels of x [N,C,H,W]: their mean [C] and covariance [C,C]. */
function momentsOf(x: Value) {
  const [, channels] = nchw(x.shape);
  const share = channels / sizeOf(x.shape);
  const products = convWeightGradient(x, x, [channels, channels, 1, 1], { ...pointwiseGeometry, group: 1 });
  const squares = mul(reshape(products, [channels, channels]), share);
  const m = mul(reshape(reduceSum(x, [0, 2, 3]), [channels]), share);
  const product = mul(reshape(m, [channels, 1]), reshape(m, [1, channels]));
  return { m, covariance: sub(squares, product) };
}
