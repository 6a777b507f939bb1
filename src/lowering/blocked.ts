import { type Primitive, refused } from '../graph/operator.js';
import { Conv } from '../graph/operators/conv.js';
import {
  type ConvAttributes,
  convOnnxAttributes,
  convOutputShape,
} from '../graph/operators/conv-geometry.js';
import { sizeOf } from '../graph/tensor.js';
import { apply, type Value } from '../graph/value.js';

/*
 * ONNX Runtime's own layout for convolutions on CPU: channels in blocks of b, [N, C/b, H, W, b] in memory, under the
 * plain shape [N,C,H,W]. Its operators are internal to the library but can be written in a file; depthwise
 * convolutions and their gradients run two to ten times faster through them.
 */

/** Graphs are differentiated before they are lowered. */
const onlyLowered = refused('only lowered graphs have it');

type Blocked = { readonly block: number };

/** [N,C,H,W] -> the same shape, in blocked memory. */
export const BlockChannels: Primitive<Blocked, 1, 1> = {
  kind: 'primitive',
  name: 'BlockChannels',
  doc: 'Lays channels out in blocks.',
  infer: ([x]) => [x],
  gradient: () => [onlyLowered],
  evaluate: ([x], { block }) => [permute(x.shape, x.data, block, 'block')],
  emit: (e, inputs) => e.op('ReorderInput', inputs, {}, { domain: 'com.microsoft.nchwc' }),
  samples: [8, 16].map((block) => ({ inputs: [{ shape: [2, 2 * block, 3, 2] }], attributes: { block } })),
};

/** Back to plain memory. */
export const UnblockChannels: Primitive<Blocked, 1, 1> = {
  kind: 'primitive',
  name: 'UnblockChannels',
  doc: 'Lays blocked channels out plainly.',
  infer: ([x]) => [x],
  gradient: () => [onlyLowered],
  evaluate: ([x], { block }) => [permute(x.shape, x.data, block, 'unblock')],
  emit: (e, inputs, node) =>
    e.op(
      'ReorderOutput',
      inputs,
      { channels: node.outputs[0]?.shape[1] ?? 1 },
      { domain: 'com.microsoft.nchwc' },
    ),
  samples: [8, 16].map((block) => ({ inputs: [{ shape: [2, 2 * block, 3, 2] }], attributes: { block } })),
};

/**
 * Convolution of a blocked x [N,C,H,W]. A depthwise w [C,1,kh,kw] is blocked as if it were a map [1,C,kh,kw]; a dense
 * w [K,C,kh,kw] lies as [K/b, C/b, kh kw, b of C, b of K].
 */
export const BlockedConv: Primitive<ConvAttributes & Blocked, 2, 1> = {
  kind: 'primitive',
  name: 'BlockedConv',
  doc: 'Convolution in blocked memory, depthwise or dense.',
  infer: ([x, w], attributes) => [{ dtype: 'float32', shape: convOutputShape(x.shape, w.shape, attributes) }],
  gradient: () => [onlyLowered, onlyLowered],
  evaluate: ([x, w], attributes, [y]) => {
    const { block, group } = attributes;
    const taps = [1, w.shape[0] ?? 1, w.shape[2] ?? 1, w.shape[3] ?? 1];
    const plainX = { shape: x.shape, data: permute(x.shape, x.data, block, 'unblock') };
    const plain =
      group === 1 ? unblockDense(w.shape, w.data, block) : permute(taps, w.data, block, 'unblock');
    const [result] = Conv.evaluate([plainX, { shape: w.shape, data: plain }], attributes, [y]);
    return [permute(y.shape, result, block, 'block')];
  },
  emit: (e, inputs, node) => {
    const [, , height = 1, width = 1] = node.inputs[1]?.shape ?? [];
    const attributes = { ...convOnnxAttributes(node), kernel_shape: [height, width] };
    return e.op('Conv', inputs, attributes, { domain: 'com.microsoft.nchwc' });
  },
  samples: [8, 16].flatMap((block) =>
    [
      { strides: [1, 1], pads: [1, 1, 1, 1], group: 2 * block },
      { strides: [2, 2], pads: [0, 0, 1, 1], group: 2 * block },
      { strides: [1, 1], pads: [1, 1, 1, 1], group: 1 },
    ].map((geometry) => ({
      inputs: [
        { shape: [2, 2 * block, 6, 6] },
        { shape: [2 * block, (2 * block) / geometry.group, 3, 3] },
      ] as const,
      attributes: { ...geometry, dilations: [1, 1], block },
    })),
  ),
};

export const blockedOperators = [BlockChannels, UnblockChannels, BlockedConv] as const;

export const blockChannels = (x: Value, block: number): Value => apply(BlockChannels, [x], { block })[0];

export const unblockChannels = (x: Value, block: number): Value => apply(UnblockChannels, [x], { block })[0];

export const blockedConv = (x: Value, w: Value, attributes: ConvAttributes & Blocked): Value =>
  apply(BlockedConv, [x, w], attributes)[0];

function permute(
  shape: readonly number[],
  data: Float64Array,
  block: number,
  direction: 'block' | 'unblock',
) {
  const [batch = 1, channels = 1, height = 1, width = 1] = shape;
  const area = height * width;
  const result = new Float64Array(sizeOf(shape));
  for (let n = 0, plain = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < area; p++, plain++) {
        const blocked = ((n * (channels / block) + Math.floor(c / block)) * area + p) * block + (c % block);
        if (direction === 'block') result[blocked] = data[plain] ?? 0;
        else result[plain] = data[blocked] ?? 0;
      }
  return result;
}

function unblockDense(shape: readonly number[], data: Float64Array, block: number): Float64Array {
  const [filters = 1, channels = 1] = shape;
  const taps = sizeOf(shape.slice(2));
  return data.map((_, i) => {
    const t = i % taps;
    const c = Math.floor(i / taps) % channels;
    const k = Math.floor(i / taps / channels) % filters;
    const tile = Math.floor(k / block) * (channels / block) + Math.floor(c / block);
    return data[((tile * taps + t) * block + (c % block)) * block + (k % block)] ?? 0;
  });
}
