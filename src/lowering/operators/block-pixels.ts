import { at } from '../../errors.js';
import { offsets, stridesOf } from '../../graph/broadcast.js';
import { requireFloat } from '../../graph/dtypes.js';
import type { Primitive } from '../../graph/operator.js';
import { nchw } from '../../graph/shapes.js';
import { apply, type Value } from '../../graph/value.js';
import { type Blocked, permuteChannels } from './blocked-memory.js';
import { onlyLowered } from './only-lowered.js';

/** [N,H,W,C] in plain memory -> blocked [N,C,H,W], in one pass. */
export const BlockPixels: Primitive<Blocked, 1, 1> = {
  kind: 'primitive',
  name: 'BlockPixels',
  doc: 'Lays channels out in blocks that lie plainly, pixel by pixel.',
  infer: ([pixels]) => {
    requireFloat('BlockPixels', 'its operand', pixels);
    const [batch, height, width, channels] = nchw(pixels.shape, 'BlockPixels: its operand');
    return [{ dtype: pixels.dtype, shape: [batch, channels, height, width] }];
  },
  gradient: () => [onlyLowered],
  evaluate: ([pixels], { block }, [y]) => {
    const strides = stridesOf(pixels.shape);
    const from = offsets(
      y.shape,
      [0, 3, 1, 2].map((axis) => at(strides, axis)),
    );
    const maps = Float64Array.from(from, (offset) => at(pixels.data, offset));
    return [permuteChannels(y.shape, maps, block, 'block')];
  },
  emit: (e, inputs) => e.op('ReorderInput', inputs, { channels_last: 1 }, { domain: 'com.microsoft.nchwc' }),
  samples: [8, 16].map((block) => ({ inputs: [{ shape: [2, 3, 2, 2 * block] }], attributes: { block } })),
};

export const blockPixels = (pixels: Value, block: number): Value =>
  apply(BlockPixels, [pixels], { block })[0];
