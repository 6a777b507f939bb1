import { at } from '../../errors.js';
import { offsets, stridesOf } from '../../graph/broadcast.js';
import { requireFloat } from '../../graph/dtypes.js';
import type { Primitive } from '../../graph/operator.js';
import { nchw } from '../../graph/shapes.js';
import { apply, type Value } from '../../graph/value.js';
import { type Blocked, permuteChannels } from './blocked-memory.js';
import { onlyLowered } from './only-lowered.js';

/** Blocked [N,C,H,W] -> [N,H,W,C] in plain memory, in one pass. */
export const UnblockPixels: Primitive<Blocked, 1, 1> = {
  kind: 'primitive',
  name: 'UnblockPixels',
  doc: 'Lays blocked channels out plainly, pixel by pixel.',
  infer: ([x]) => {
    requireFloat('UnblockPixels', 'its operand', x);
    const [batch, channels, height, width] = nchw(x.shape, 'UnblockPixels: x');
    return [{ dtype: x.dtype, shape: [batch, height, width, channels] }];
  },
  gradient: () => [onlyLowered],
  evaluate: ([x], { block }, [y]) => {
    const maps = permuteChannels(x.shape, x.data, block, 'unblock');
    const strides = stridesOf(x.shape);
    const from = offsets(
      y.shape,
      [0, 2, 3, 1].map((axis) => at(strides, axis)),
    );
    return [Float64Array.from(from, (offset) => at(maps, offset))];
  },
  emit: (e, inputs, { outputs: [y] }) =>
    e.op(
      'ReorderOutput',
      inputs,
      { channels: at(y.shape, 3), channels_last: 1 },
      { domain: 'com.microsoft.nchwc' },
    ),
  samples: [8, 16].map((block) => ({ inputs: [{ shape: [2, 2 * block, 3, 2] }], attributes: { block } })),
};

export const unblockPixels = (x: Value, block: number): Value => apply(UnblockPixels, [x], { block })[0];
