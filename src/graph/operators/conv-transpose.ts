import type { Primitive } from '../operator.js';
import { type Shape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { conv, convOnnxAttributes, convSamples } from './conv.js';
import { type ConvAttributes, convOutputShape, eachMultiplyAdd } from './conv-geometry.js';
import { convWeightGradient } from './conv-weight-gradient.js';

type Attributes = ConvAttributes & { readonly shape: readonly number[] };

/**
 * The adjoint of a convolution in its first argument, as ONNX Runtime's own kernel: y of the given `shape`
 * [N,C,H,W] from x [N,K,h,w] and w [K,C/group,kh,kw]. `ConvInputGradient` is the same map; that one leaves the
 * choice of kernel to lowering.
 */
export const ConvTranspose: Primitive<Attributes, 2, 1> = {
  kind: 'primitive',
  name: 'ConvTranspose',
  doc: 'Transposed 2-D convolution to a given output shape.',
  infer: (_inputs, { shape }) => [{ dtype: 'float32', shape }],
  gradient: ({ inputs: [x, w], attributes: { shape: _, ...attributes }, gradients: [dy] }) => [
    dy && (() => conv(dy, w, undefined, attributes)),
    dy && (() => convWeightGradient(dy, x, w.shape, attributes)),
  ],
  evaluate: ([x, w], { shape, ...attributes }) => {
    const result = new Float64Array(sizeOf(shape));
    eachMultiplyAdd(shape, w.shape, x.shape, attributes, (inY, inW, inX) => {
      result[inY] = (result[inY] ?? 0) + (x.data[inX] ?? 0) * (w.data[inW] ?? 0);
    });
    return [result];
  },
  emit: (e, inputs, node) => {
    const attributes = convOnnxAttributes(node);
    const [x, w] = node.inputs;
    const [y] = node.outputs;
    const list = (name: string) => (Array.isArray(node.attributes[name]) ? node.attributes[name] : []);
    // ONNX's output has stride (h - 1) + dilated kernel - pads rows; what is missing from `shape` is its output_padding.
    const outputPadding = [0, 1].map((axis) => {
      const size = x?.shape[axis + 2] ?? 1;
      const kernel = ((w?.shape[axis + 2] ?? 1) - 1) * Number(list('dilations')[axis]) + 1;
      const pads = Number(list('pads')[axis]) + Number(list('pads')[axis + 2]);
      return (y?.shape[axis + 2] ?? 1) - ((size - 1) * Number(list('strides')[axis]) + kernel - pads);
    });
    return e.op('ConvTranspose', inputs, { ...attributes, output_padding: outputPadding });
  },
  samples: convSamples(({ x, w, attributes }) => ({
    inputs: [{ shape: convOutputShape(x, w, attributes) }, { shape: w }],
    attributes: { ...attributes, shape: x },
  })),
};

export const convTranspose = (x: Value, w: Value, shape: Shape, attributes: ConvAttributes): Value =>
  apply(ConvTranspose, [x, w], { ...attributes, shape })[0];
