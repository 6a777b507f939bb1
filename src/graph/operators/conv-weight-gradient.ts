import type { Composite } from '../operator.js';
import { type Shape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { conv, convSamples } from './conv.js';
import { type ConvAttributes, convOutputShape, eachMultiplyAdd } from './conv-geometry.js';
import { convInputGradient } from './conv-input-gradient.js';

type Attributes = ConvAttributes & { readonly shape: readonly number[] };

/** The adjoint of w -> conv(x, w); linear in x and in dy, hence its own gradients. */
export const ConvWeightGradient: Composite<Attributes, 2, 1> = {
  kind: 'composite',
  name: 'ConvWeightGradient',
  doc: "A convolution's gradient with respect to w, from x and dy.",
  infer: (_inputs, { shape }) => [{ dtype: 'float32', shape }],
  gradient: ({ inputs: [x, dy], attributes: { shape: _, ...attributes }, gradients: [ddw] }) => [
    ddw && (() => convInputGradient(dy, ddw, x.shape, attributes)),
    ddw && (() => conv(x, ddw, undefined, attributes)),
  ],
  evaluate: ([x, dy], { shape, ...attributes }) => {
    const result = new Float64Array(sizeOf(shape));
    eachMultiplyAdd(x.shape, shape, dy.shape, attributes, (inX, inW, inY) => {
      result[inW] = (result[inW] ?? 0) + (x.data[inX] ?? 0) * (dy.data[inY] ?? 0);
    });
    return [result];
  },
  samples: convSamples(({ x, w, attributes }) => ({
    inputs: [{ shape: x }, { shape: convOutputShape(x, w, attributes) }],
    attributes: { ...attributes, shape: w },
  })),
};

export function convWeightGradient(x: Value, dy: Value, shape: Shape, attributes: ConvAttributes): Value {
  return apply(ConvWeightGradient, [x, dy], { ...attributes, shape })[0];
}
