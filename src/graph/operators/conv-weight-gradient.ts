import { requireFloats } from '../dtypes.js';
import type { Composite } from '../operator.js';
import { elementAt, type Shape, sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { conv } from './conv.js';
import {
  type ConvAttributes,
  convOutputShape,
  eachMultiplyAdd,
  requireConvolution,
} from './conv-geometry.js';
import { convInputGradient } from './conv-input-gradient.js';
import { convSamples } from './conv-samples.js';

type Attributes = ConvAttributes & { readonly shape: readonly number[] };

/** The adjoint of w -> conv(x, w); linear in x and in dy, hence its own gradients. */
export const ConvWeightGradient: Composite<Attributes, 2, 1> = {
  kind: 'composite',
  name: 'ConvWeightGradient',
  doc: "A convolution's gradient with respect to w, from x and dy.",
  infer: ([x, dy], { shape, ...attributes }) => {
    requireFloats('ConvWeightGradient', { x, dy });
    requireConvolution('ConvWeightGradient', { x: x.shape, w: shape, y: dy.shape }, attributes);
    return [{ dtype: 'float32', shape }];
  },
  gradient: ({ inputs: [x, dy], attributes: { shape: _, ...attributes }, gradients: [ddw] }) => [
    () => convInputGradient(dy, ddw, x.shape, attributes),
    () => conv(x, ddw, undefined, attributes),
  ],
  evaluate: ([x, dy], { shape, ...attributes }) => {
    const result = new Float64Array(sizeOf(shape));
    eachMultiplyAdd(x.shape, shape, dy.shape, attributes, (inX, inW, inY) => {
      result[inW] = elementAt(result, inW) + elementAt(x.data, inX) * elementAt(dy.data, inY);
    });
    return [result];
  },
  samples: convSamples(({ x, w, attributes }) => ({
    inputs: [{ shape: x }, { shape: convOutputShape(x, w, attributes) }],
    attributes: { ...attributes, shape: w },
  })),
};

/**
 * The gradient of `conv(x, w)` with respect to a w of `shape` [K,C/group,kh,kw], from x and that of its result.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export function convWeightGradient(x: Value, dy: Value, shape: Shape, attributes: ConvAttributes): Value {
  return apply(ConvWeightGradient, [x, dy], { ...attributes, shape })[0];
}
