import { at } from '../../errors.js';
import type { Emitter, OnnxAttribute, Primitive } from '../operator.js';
import { apply, type Node, type Value } from '../value.js';
import { type ConvAttributes, convOutputShape, eachMultiplyAdd } from './conv-geometry.js';
import { convInputGradient } from './conv-input-gradient.js';
import { convWeightGradient } from './conv-weight-gradient.js';
import { reduceSum } from './reduce-sum.js';
import { reshape } from './reshape.js';

/** Cross-correlation of x [N,C,H,W] with w [K,C/group,kh,kw], plus an optional bias [K]. */
export const Conv: Primitive<ConvAttributes, 'variadic', 1> = {
  kind: 'primitive',
  name: 'Conv',
  doc: '2-D convolution with groups, strides, dilations and any padding; inputs x, w and an optional bias.',
  infer: (inputs, attributes) => [
    { dtype: 'float32', shape: convOutputShape(at(inputs, 0).shape, at(inputs, 1).shape, attributes) },
  ],
  gradient: ({ inputs, attributes, gradients: [dy] }) => {
    const x = at(inputs, 0);
    const w = at(inputs, 1);
    const bias = inputs[2];
    return [
      dy && (() => convInputGradient(dy, w, x.shape, attributes)),
      dy && (() => convWeightGradient(x, dy, w.shape, attributes)),
      bias && dy && (() => reshape(reduceSum(dy, [0, 2, 3]), bias.shape)),
    ];
  },
  evaluate: (inputs, attributes, [y]) => {
    const x = at(inputs, 0);
    const w = at(inputs, 1);
    const [, channels = 1, height = 1, width = 1] = y.shape;
    const area = height * width;
    const result = new Float64Array((y.shape[0] ?? 1) * channels * area);
    const bias = inputs[2];
    for (let i = 0; bias !== undefined && i < result.length; i++)
      result[i] = bias.data[Math.floor(i / area) % channels] ?? 0;
    eachMultiplyAdd(x.shape, w.shape, y.shape, attributes, (inX, inW, inY) => {
      result[inY] = (result[inY] ?? 0) + (x.data[inX] ?? 0) * (w.data[inW] ?? 0);
    });
    return [result];
  },
  emit: (e: Emitter, inputs, node) => e.op('Conv', inputs, convOnnxAttributes(node)),
  samples: convSamples(({ x, w, attributes }) => ({
    inputs: [{ shape: x }, { shape: w }],
    attributes,
  })).concat([
    {
      inputs: [{ shape: [2, 3, 4, 4] }, { shape: [2, 3, 3, 3] }, { shape: [2] }],
      attributes: { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 },
    },
  ]),
};

export function conv(x: Value, w: Value, bias: Value | undefined, attributes: ConvAttributes): Value {
  return apply(Conv, bias ? [x, w, bias] : [x, w], attributes)[0];
}

/** A convolution's attributes as ONNX wants them; the kernel's shape is left to the weight. */
export function convOnnxAttributes({ attributes }: Node): Record<string, OnnxAttribute> {
  const list = (name: string) => {
    const value = attributes[name];
    return Array.isArray(value) ? value : [];
  };
  return {
    strides: list('strides'),
    pads: list('pads'),
    dilations: list('dilations'),
    group: Number(attributes.group),
  };
}

/** The geometries that a convolution and both of its gradients are tested with. */
export function convSamples<T>(
  make: (sample: { x: readonly number[]; w: readonly number[]; attributes: ConvAttributes }) => T,
): T[] {
  const plain = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
  return [
    { x: [2, 3, 5, 4], w: [4, 3, 1, 1], attributes: plain },
    { x: [2, 4, 5, 4], w: [4, 4, 1, 1], attributes: { ...plain, strides: [2, 2] } },
    { x: [2, 3, 6, 5], w: [4, 3, 3, 3], attributes: { ...plain, pads: [1, 1, 1, 1] } },
    { x: [2, 2, 6, 8], w: [3, 2, 3, 3], attributes: { ...plain, pads: [1, 1, 1, 1], strides: [2, 2] } },
    { x: [1, 2, 7, 7], w: [3, 2, 3, 3], attributes: { ...plain, pads: [1, 1, 1, 1], strides: [2, 2] } },
    { x: [1, 2, 8, 8], w: [3, 2, 3, 3], attributes: { ...plain, pads: [0, 0, 1, 1], strides: [2, 2] } },
    { x: [1, 3, 12, 12], w: [4, 3, 7, 7], attributes: { ...plain, pads: [3, 3, 3, 3], strides: [2, 2] } },
    { x: [1, 2, 8, 8], w: [2, 2, 4, 4], attributes: { ...plain, strides: [4, 4] } },
    { x: [1, 2, 9, 7], w: [2, 2, 3, 2], attributes: { ...plain, dilations: [2, 1], pads: [2, 0, 1, 1] } },
    { x: [2, 4, 5, 5], w: [6, 2, 3, 3], attributes: { ...plain, pads: [1, 1, 1, 1], group: 2 } },
    { x: [2, 4, 6, 6], w: [4, 1, 3, 3], attributes: { ...plain, pads: [1, 1, 1, 1], group: 4 } },
    {
      x: [1, 3, 8, 8],
      w: [3, 1, 3, 3],
      attributes: { ...plain, pads: [0, 0, 1, 1], strides: [2, 2], group: 3 },
    },
    {
      x: [1, 3, 7, 7],
      w: [3, 1, 3, 3],
      attributes: { ...plain, pads: [1, 1, 1, 1], strides: [2, 2], group: 3 },
    },
    { x: [1, 2, 8, 8], w: [4, 1, 3, 3], attributes: { ...plain, pads: [1, 1, 1, 1], group: 2 } },
    { x: [1, 2, 6, 6], w: [2, 1, 5, 5], attributes: { ...plain, pads: [2, 2, 2, 2], group: 2 } },
  ].map(make);
}
