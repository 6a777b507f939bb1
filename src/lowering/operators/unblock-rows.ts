import { at } from '../../errors.js';
import type { Primitive } from '../../graph/operator.js';
import { nchw } from '../../graph/shapes.js';
import { apply, type Value } from '../../graph/value.js';
import { type Blocked, permuteChannels } from './blocked-memory.js';
import { onlyLowered } from './only-lowered.js';

/** Maps [N,C,H,W] in blocked memory -> rows of channels [N,H,W,C], laid out plainly. */
export const UnblockRows: Primitive<Blocked, 1, 1> = {
  kind: 'primitive',
  name: 'UnblockRows',
  doc: 'Lays blocked channels out as rows.',
  infer: ([x]) => {
    const [batch, channels, height, width] = nchw(x.shape, 'UnblockRows: x');
    return [{ dtype: x.dtype, shape: [batch, height, width, channels] }];
  },
  gradient: () => [onlyLowered],
  evaluate: ([x], { block }) => {
    const [, channels, height, width] = nchw(x.shape);
    const maps = permuteChannels(x.shape, x.data, block, 'unblock');
    const area = height * width;
    return [
      maps.map((_, i) => {
        const pixel = Math.floor(i / channels);
        return at(maps, (Math.floor(pixel / area) * channels + (i % channels)) * area + (pixel % area));
      }),
    ];
  },
  emit: (e, inputs, { inputs: [x] }) => {
    const [, channels] = nchw(x.shape);
    return e.op('ReorderOutput', inputs, { channels, channels_last: 1 }, { domain: 'com.microsoft.nchwc' });
  },
  samples: [8, 16].map((block) => ({ inputs: [{ shape: [2, 2 * block, 3, 2] }], attributes: { block } })),
};

export const unblockRows = (x: Value, block: number): Value => apply(UnblockRows, [x], { block })[0];
