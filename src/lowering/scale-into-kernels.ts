import { at } from '../errors.js';
import { nodeOf } from '../graph/node-of.js';
import { BatchNormGradient } from '../graph/operators/batch-norm-gradient.js';
import { ConvInputGradient } from '../graph/operators/conv-input-gradient.js';
import { ConvWeightGradient } from '../graph/operators/conv-weight-gradient.js';
import { div } from '../graph/operators/div.js';
import { mul } from '../graph/operators/mul.js';
import { reshape } from '../graph/operators/reshape.js';
import { rewrite } from '../graph/rewrite.js';
import { sizeOf } from '../graph/tensor.js';
import { apply, type Node, type Value } from '../graph/value.js';
import { deviation } from './batch-norm.js';
import { type ReadersOf, readersOf } from './readers.js';

/**
 * The gradient of a batch normalization that follows a convolution is not multiplied by its scale s = gamma / std, one number
 * for each channel k: with dx = s z, the convolution's gradients are
 *
 *     dw[k] = s[k] dw(z)[k],    and with respect to its input the one of z with the kernels s[k] w[k].
 *
 * That is a reading and a writing of the map less, where the map is larger than what is done to the kernels instead.
 */
export function scaleIntoKernels(outputs: readonly Value[]): Value[] {
  const readers = readersOf(outputs);
  /** The scales that gradients lack. */
  const scales = new Map<Value, Value>();
  return rewrite(outputs, (node, inputs) => {
    const [output] = node.outputs;
    if (output === undefined) return undefined;
    const norm = nodeOf(output, BatchNormGradient);
    if (norm !== undefined) {
      if (!norm.attributes.scaled || !isOnlyConvolved(output, readers)) return undefined;
      const [, , gamma, , variance] = inputs;
      if (gamma === undefined || variance === undefined) return undefined;
      scales.set(output, div(gamma, deviation(variance, norm.attributes.epsilon)));
      return apply(node.operator, inputs, { ...norm.attributes, scaled: false });
    }
    const ofKernels = nodeOf(output, ConvWeightGradient);
    const ofInput = nodeOf(output, ConvInputGradient);
    const gradient = ofKernels?.inputs[1] ?? ofInput?.inputs[0];
    const scale = gradient && scales.get(gradient);
    if (scale === undefined) return undefined;
    if (ofKernels !== undefined)
      return apply(node.operator, inputs, node.attributes).map((dw) => perKernel(dw, scale));
    const [dy, w] = inputs;
    return dy && w && apply(node.operator, [dy, perKernel(w, scale)], node.attributes);
  });
}

/** Kernels [K, ...], each times its number of scale [K]. */
function perKernel(kernels: Value, scale: Value): Value {
  return mul(kernels, reshape(scale, [at(kernels.shape, 0), 1, 1, 1]));
}

/** Whether a gradient is read by the gradients of one convolution alone, whose kernels are small beside it. */
function isOnlyConvolved(dx: Value, readersOf: ReadersOf): boolean {
  const readers = readersOf(dx);
  const sizes = readers.map((reader) => (reader === 'output' ? undefined : kernelSize(reader, dx)));
  return sizes.length > 0 && sizes.every((size) => size !== undefined && 2 * size < sizeOf(dx.shape));
}

/** Numbers of the kernels, if the node is a gradient of a convolution from `dy`; undefined else. */
function kernelSize({ outputs: [output] }: Node, dy: Value): number | undefined {
  if (output === undefined) return undefined;
  const ofKernels = nodeOf(output, ConvWeightGradient);
  if (ofKernels !== undefined && ofKernels.inputs[1] === dy) return sizeOf(output.shape);
  const ofInput = nodeOf(output, ConvInputGradient);
  return ofInput?.inputs[0] === dy ? sizeOf(ofInput.inputs[1].shape) : undefined;
}
