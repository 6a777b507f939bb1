import { at } from '../../../errors.js';
import { nodeOf } from '../../../graph/node-of.js';
import { BatchNormalization } from '../../../graph/operators/batch-norm.js';
import { Conv, conv } from '../../../graph/operators/conv.js';
import { add, div, mul, neg, reshape, sqrt, sub } from '../../../graph/ops.js';
import { rewrite } from '../../../graph/rewrite.js';
import type { Value } from '../../../graph/value.js';
import { readersOf } from '../../../lowering/readers.js';

/**
 * A BatchNorm that alone reads a convolution becomes a part of its weights and its bias: expressions, which are
 * evaluated in double precision later.
 */
export function foldBatchNorm(outputs: readonly Value[]): Value[] {
  const readers = readersOf(outputs);
  return rewrite(outputs, (node, inputs) => {
    const norm = nodeOf(at(node.outputs, 0), BatchNormalization);
    if (norm === undefined || readers(norm.inputs[0]).length !== 1) return undefined;
    const convolution = nodeOf(at(inputs, 0), Conv);
    if (convolution === undefined) return undefined;
    const [x, w] = [at(convolution.inputs, 0), at(convolution.inputs, 1)];
    const bias = convolution.inputs[2];
    const [scale, offset, mean, variance] = [at(inputs, 1), at(inputs, 2), at(inputs, 3), at(inputs, 4)];
    const factor = div(scale, sqrt(add(variance, norm.attributes.epsilon)));
    const centre = bias === undefined ? neg(mean) : sub(bias, mean);
    const weight = mul(w, reshape(factor, [at(w.shape, 0), 1, 1, 1]));
    return [conv(x, weight, add(offset, mul(factor, centre)), convolution.attributes)];
  });
}
