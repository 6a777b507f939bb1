import { AdarandError, at } from '../../errors.js';
import { requireFloats } from '../dtypes.js';
import type { Gradient, Primitive, Value } from '../operator.js';
import { nchw } from '../shapes.js';
import { elementAt, sizeOf } from '../tensor.js';
import { apply } from '../value.js';
import {
  type ConvAttributes,
  convOnnxAttributes,
  convOutputShape,
  eachMultiplyAdd,
} from './conv-geometry.js';
import { convInputGradient } from './conv-input-gradient.js';
import { convSamples } from './conv-samples.js';
import { convWeightGradient } from './conv-weight-gradient.js';
import { reduceSum } from './reduce-sum.js';
import { reshape } from './reshape.js';

/** Cross-correlation of x [N,C,H,W] with w [K,C/group,kh,kw], plus an optional bias [K]. */
export const Conv: Primitive<ConvAttributes, 'variadic', 1> = {
  kind: 'primitive',
  name: 'Conv',
  doc: '2-D convolution with groups, strides, dilations and any padding; inputs x, w and an optional bias.',
  infer: (inputs, attributes) => {
    if (inputs.length !== 2 && inputs.length !== 3)
      throw new AdarandError(
        'graph.shape',
        `Conv: takes x and w, and perhaps a bias, not ${inputs.length} operands`,
        'Add anything else to its result.',
      );
    const { x, w, bias } = operandsOf(inputs);
    requireFloats('Conv', { x, w, ...(bias && { bias }) });
    const shape = convOutputShape(x.shape, w.shape, attributes);
    if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== shape[1]))
      throw new AdarandError(
        'graph.shape',
        `Conv: the bias is [${bias.shape}], for ${shape[1]} filters`,
        'It is one number for each filter.',
      );
    return [{ dtype: 'float32', shape }];
  },
  gradient: ({ inputs, attributes, gradients: [dy] }) => {
    const { x, w, bias } = operandsOf(inputs);
    const both: readonly Gradient[] = [
      () => convInputGradient(dy, w, x.shape, attributes),
      () => convWeightGradient(x, dy, w.shape, attributes),
    ];
    return bias === undefined ? both : [...both, () => reshape(reduceSum(dy, [0, 2, 3]), bias.shape)];
  },
  evaluate: (inputs, attributes, [y]) => {
    const { x, w, bias } = operandsOf(inputs);
    const [, channels, height, width] = nchw(y.shape);
    const result = new Float64Array(sizeOf(y.shape)).map((_, i) =>
      bias === undefined ? 0 : elementAt(bias.data, Math.floor(i / (height * width)) % channels),
    );
    eachMultiplyAdd(x.shape, w.shape, y.shape, attributes, (inX, inW, inY) => {
      result[inY] = elementAt(result, inY) + elementAt(x.data, inX) * elementAt(w.data, inW);
    });
    return [result];
  },
  emit: (e, inputs, node) => e.op('Conv', inputs, convOnnxAttributes(node)),
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

/**
 * The 2-D convolution (cross-correlation) of x [N,C,H,W] with w [K,C/group,kh,kw], plus bias [K]: [N,K,H',W'].
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export function conv(x: Value, w: Value, bias: Value | undefined, attributes: ConvAttributes): Value {
  return apply(Conv, bias === undefined ? [x, w] : [x, w, bias], attributes)[0];
}

function operandsOf<T>(inputs: readonly T[]): { readonly x: T; readonly w: T; readonly bias: T | undefined } {
  return { x: at(inputs, 0), w: at(inputs, 1), bias: inputs[2] };
}
