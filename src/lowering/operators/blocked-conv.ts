import { at, invariant } from '../../errors.js';
import type { OnnxAttributes } from '../../graph/emitter.js';
import type { Primitive } from '../../graph/operator.js';
import { Conv } from '../../graph/operators/conv.js';
import { type ConvAttributes, convOnnxAttributes } from '../../graph/operators/conv-geometry.js';
import { nchw } from '../../graph/shapes.js';
import { elementAt, sameShape } from '../../graph/tensor.js';
import { apply, scalar, type Value } from '../../graph/value.js';
import { type Blocked, permuteChannels, unblockKernels } from './blocked-memory.js';
import { onlyLowered } from './only-lowered.js';

/** What a convolution's result is limited to at the end, as ReLU limits it to [0, infinity). */
export type Limits = { readonly low: number; readonly high: number };

export const noLimits: Limits = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

type BlockedConvAttributes = ConvAttributes & Blocked & Limits;

/**
 * clip(x * w + bias + sum, low, high) of a blocked x [N,C,H,W]; bias [K] and sum, blocked and of the result's shape, may be
 * left out, from the end. A depthwise w [C,1,kh,kw] is blocked as if it were a map [1,C,kh,kw]; a dense w [K,C,kh,kw] lies as
 * [K/b, C/b, kh kw, b of C, b of K]. Of fewer channels than a block has, x is plain and w lies as [K/b, C, kh kw, b of K].
 */
export const BlockedConv: Primitive<BlockedConvAttributes, 'variadic', 1> = {
  kind: 'primitive',
  name: 'BlockedConv',
  doc: 'Convolution in blocked memory, depthwise or dense, with bias, another map added, and limits.',
  infer: (inputs, attributes) => {
    const { x, w, bias, sum } = operandsOf(inputs);
    const [y] = Conv.infer(bias === undefined ? [x, w] : [x, w, bias], attributes);
    if (sum !== undefined)
      invariant(sameShape(sum.shape, y.shape), `BlockedConv: [${sum.shape}] is added to [${y.shape}]`);
    return [y];
  },
  gradient: ({ inputs }) => inputs.map(() => onlyLowered),
  evaluate: (inputs, attributes, [y]) => {
    const { block, group, low, high } = attributes;
    const { x, w, bias, sum } = operandsOf(inputs);
    const [channels, , height, width] = nchw(w.shape);
    const plainX = isPlain(x.shape, attributes) ? x.data : permuteChannels(x.shape, x.data, block, 'unblock');
    const kernels =
      group === 1
        ? unblockKernels(w.shape, w.data, block)
        : permuteChannels([1, channels, height, width], w.data, block, 'unblock');
    const operands = [
      { shape: x.shape, data: plainX },
      { shape: w.shape, data: kernels },
      ...(bias === undefined ? [] : [bias]),
    ];
    const [result] = Conv.evaluate(operands, attributes, [y]);
    return [
      permuteChannels(y.shape, result, block, 'block').map((element, i) =>
        Math.min(high, Math.max(low, element + (sum === undefined ? 0 : elementAt(sum.data, i)))),
      ),
    ];
  },
  emit: (e, inputs, node) => {
    const [, , height, width] = nchw(at(node.inputs, 1).shape);
    const attributes = {
      ...convOnnxAttributes(node),
      kernel_shape: [height, width],
      ...activation(node.attributes),
    };
    return e.op('Conv', inputs, attributes, { domain: 'com.microsoft.nchwc' });
  },
  samples: [8, 16].flatMap((block) => {
    const plain = { strides: [1, 1], pads: [1, 1, 1, 1], group: 1, ...noLimits };
    const depthwise = { ...plain, group: 2 * block };
    const relu = { low: 0, high: Number.POSITIVE_INFINITY };
    const K = 2 * block;
    return [
      { operands: 2, C: K, geometry: depthwise },
      { operands: 2, C: K, geometry: { ...depthwise, strides: [2, 2], pads: [0, 0, 1, 1] } },
      { operands: 3, C: K, geometry: { ...depthwise, ...relu } },
      { operands: 2, C: K, geometry: plain },
      { operands: 3, C: K, geometry: { ...plain, low: 0, high: 6 } },
      { operands: 4, C: K, geometry: plain },
      { operands: 4, C: K, geometry: { ...plain, ...relu } },
      { operands: 4, C: K, geometry: { ...depthwise, low: -1, high: 2 } },
      { operands: 3, C: 3, geometry: { ...plain, strides: [2, 2], pads: [1, 1, 0, 0] } },
    ].map(({ operands, C, geometry }) => {
      const [height, width] = geometry.strides[0] === 2 ? [3, 3] : [6, 6];
      const shapes = [[2, C, 6, 6], [K, C / geometry.group, 3, 3], [K], [2, K, height, width]];
      return {
        inputs: shapes.slice(0, operands).map((shape) => ({ shape })),
        attributes: { ...geometry, dilations: [1, 1], block },
      };
    });
  }),
};

interface BlockedConvOperands {
  readonly x: Value;
  readonly w: Value;
  /** [K]. */
  readonly bias?: Value | undefined;
  /** Blocked, of the result's shape. */
  readonly sum?: Value;
}

/** `BlockedConv` of operands that may be left out. */
export function blockedConv(
  { x, w, bias, sum }: BlockedConvOperands,
  attributes: ConvAttributes & Blocked & Partial<Limits>,
): Value {
  const offset = bias ?? (sum && scalar(0, [at(w.shape, 0)]));
  const inputs = [x, w, offset, sum].filter((operand) => operand !== undefined);
  return apply(BlockedConv, inputs, { ...noLimits, ...attributes })[0];
}

/** Whether x has too few channels for a block, and is read as it is. */
function isPlain(x: readonly number[], { block, group }: BlockedConvAttributes): boolean {
  return group === 1 && at(x, 1) < block;
}

function activation({ low, high }: Limits): OnnxAttributes {
  if (low === noLimits.low && high === noLimits.high) return {};
  if (low === 0 && high === noLimits.high) return { activation: 'Relu' };
  const ends = [low, high].map((end) => Math.max(-LARGEST, Math.min(LARGEST, end)));
  return { activation: 'Clip', activation_params: { floats: ends } };
}

/** Of single precision. */
const LARGEST = 2 ** 127 * (2 - 2 ** -23);

function operandsOf<T>(inputs: readonly T[]) {
  invariant(
    inputs.length >= 2 && inputs.length <= 4,
    `BlockedConv: has ${inputs.length} operands, not 2 to 4`,
  );
  return { x: at(inputs, 0), w: at(inputs, 1), bias: inputs[2], sum: inputs[3] };
}
