import { requireFloats } from '../dtypes.js';
import type { Primitive } from '../operator.js';
import { edges, heightWidth, nchw } from '../shapes.js';
import { elementAt, type Shape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { conv } from './conv.js';
import {
  type ConvAttributes,
  convOnnxAttributes,
  convOutputShape,
  eachMultiplyAdd,
  requireConvolution,
} from './conv-geometry.js';
import { convSamples } from './conv-samples.js';
import { convWeightGradient } from './conv-weight-gradient.js';

/** `size`: [H,W] of y. How many images there are is no attribute. */
type Attributes = ConvAttributes & { readonly size: readonly number[] };

/**
 * The adjoint of a convolution in its first argument, as ONNX Runtime's own kernel: y [N,C,H,W] of the given
 * size from x [N,K,h,w] and w [K,C/group,kh,kw]. `ConvInputGradient` is the same map; that one leaves the
 * choice of kernel to lowering.
 */
export const ConvTranspose: Primitive<Attributes, 2, 1> = {
  kind: 'primitive',
  name: 'ConvTranspose',
  doc: 'Transposed 2-D convolution to a given output size.',
  infer: ([x, w], { size, ...attributes }) => {
    requireFloats('ConvTranspose', { x, w });
    const shape = outputShape(x.shape, w.shape, { size, ...attributes });
    requireConvolution('ConvTranspose', { x: shape, w: w.shape, y: x.shape }, attributes);
    return [{ dtype: 'float32', shape }];
  },
  gradient: ({ inputs: [x, w], attributes: { size: _, ...attributes }, gradients: [dy] }) => [
    () => conv(dy, w, undefined, attributes),
    () => convWeightGradient(dy, x, w.shape, attributes),
  ],
  evaluate: ([x, w], { size, ...attributes }) => {
    const shape = outputShape(x.shape, w.shape, { size, ...attributes });
    const result = new Float64Array(sizeOf(shape));
    eachMultiplyAdd(shape, w.shape, x.shape, attributes, (inY, inW, inX) => {
      result[inY] = elementAt(result, inY) + elementAt(x.data, inX) * elementAt(w.data, inW);
    });
    return [result];
  },
  emit: (e, inputs, node) =>
    e.op('ConvTranspose', inputs, {
      ...convOnnxAttributes(node),
      output_padding: outputPadding(node.inputs[0].shape, node.inputs[1].shape, node.attributes),
    }),
  samples: convSamples(({ x, w, attributes }) => ({
    inputs: [{ shape: convOutputShape(x, w, attributes) }, { shape: w }],
    attributes: { ...attributes, size: x.slice(2) },
  })),
};

/**
 * The transposed convolution of x [N,K,h,w] with w [K,C/group,kh,kw]: [N,C,H,W], where `size` is [H,W].
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const convTranspose = (
  x: Value,
  w: Value,
  size: readonly number[],
  attributes: ConvAttributes,
): Value => apply(ConvTranspose, [x, w], { ...attributes, size })[0];

function outputShape(x: Shape, w: Shape, { size, group }: Attributes): Shape {
  const [images] = nchw(x, 'ConvTranspose: x');
  const [, channels] = nchw(w, 'ConvTranspose: w');
  const [height, width] = heightWidth(size, 'ConvTranspose: size');
  return [images, channels * group, height, width];
}

/** ONNX's output has stride (h - 1) + dilated kernel - pads rows; this is what is missing from `size`. */
function outputPadding(x: Shape, w: Shape, attributes: Attributes): readonly [number, number] {
  const [, , rows, columns] = nchw(x);
  const [, , kernelHeight, kernelWidth] = nchw(w);
  const [height, width] = heightWidth(attributes.size);
  const [strideY, strideX] = heightWidth(attributes.strides);
  const [dilateY, dilateX] = heightWidth(attributes.dilations);
  const [top, left, bottom, right] = edges(attributes.pads);
  return [
    height - (strideY * (rows - 1) + (kernelHeight - 1) * dilateY + 1 - top - bottom),
    width - (strideX * (columns - 1) + (kernelWidth - 1) * dilateX + 1 - left - right),
  ];
}
