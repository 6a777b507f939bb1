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
import { convSamples } from './conv-samples.js';
import { convWeightGradient } from './conv-weight-gradient.js';

type Attributes = ConvAttributes & { readonly shape: readonly number[] };

/** The adjoint of x -> conv(x, w); linear in dy and in w, hence its own gradients. */
export const ConvInputGradient: Composite<Attributes, 2, 1> = {
  kind: 'composite',
  name: 'ConvInputGradient',
  doc: "A convolution's gradient with respect to x, from dy and w.",
  infer: ([dy, w], { shape, ...attributes }) => {
    requireFloats('ConvInputGradient', { dy, w });
    requireConvolution('ConvInputGradient', { x: shape, w: w.shape, y: dy.shape }, attributes);
    return [{ dtype: 'float32', shape }];
  },
  gradient: ({ inputs: [dy, w], attributes: { shape: _, ...attributes }, gradients: [ddx] }) => [
    () => conv(ddx, w, undefined, attributes),
    () => convWeightGradient(ddx, dy, w.shape, attributes),
  ],
  evaluate: ([dy, w], { shape, ...attributes }) => {
    const result = new Float64Array(sizeOf(shape));
    eachMultiplyAdd(shape, w.shape, dy.shape, attributes, (inX, inW, inY) => {
      result[inX] = elementAt(result, inX) + elementAt(dy.data, inY) * elementAt(w.data, inW);
    });
    return [result];
  },
  samples: convSamples(({ x, w, attributes }) => ({
    inputs: [{ shape: convOutputShape(x, w, attributes) }, { shape: w }],
    attributes: { ...attributes, shape: x },
  })),
};

/**
 * The gradient of `conv(x, w)` with respect to an x of `shape` [N,C,H,W], from that of its result and w.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export function convInputGradient(dy: Value, w: Value, shape: Shape, attributes: ConvAttributes): Value {
  return apply(ConvInputGradient, [dy, w], { ...attributes, shape })[0];
}
