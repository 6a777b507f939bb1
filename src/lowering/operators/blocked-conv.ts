import type { Primitive } from '../../graph/operator.js';
import { Conv } from '../../graph/operators/conv.js';
import {
  type ConvAttributes,
  convOnnxAttributes,
  convOutputShape,
} from '../../graph/operators/conv-geometry.js';
import { nchw } from '../../graph/shapes.js';
import { apply, type Value } from '../../graph/value.js';
import { type Blocked, permuteChannels, unblockKernels } from './blocked-memory.js';
import { onlyLowered } from './only-lowered.js';

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
    const [channels, , height, width] = nchw(w.shape);
    const plainX = { shape: x.shape, data: permuteChannels(x.shape, x.data, block, 'unblock') };
    const kernels =
      group === 1
        ? unblockKernels(w.shape, w.data, block)
        : permuteChannels([1, channels, height, width], w.data, block, 'unblock');
    const [result] = Conv.evaluate([plainX, { shape: w.shape, data: kernels }], attributes, [y]);
    return [permuteChannels(y.shape, result, block, 'block')];
  },
  emit: (e, inputs, node) => {
    const [, , height, width] = nchw(node.inputs[1].shape);
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

export const blockedConv = (x: Value, w: Value, attributes: ConvAttributes & Blocked): Value =>
  apply(BlockedConv, [x, w], attributes)[0];
