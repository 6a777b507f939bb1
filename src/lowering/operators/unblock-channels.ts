import { requireFloat } from '../../graph/dtypes.js';
import type { Primitive } from '../../graph/operator.js';
import { nchw } from '../../graph/shapes.js';
import { apply, type Value } from '../../graph/value.js';
import { type Blocked, permuteChannels } from './blocked-memory.js';
import { onlyLowered } from './only-lowered.js';

/** Back to plain memory. */
export const UnblockChannels: Primitive<Blocked, 1, 1> = {
  kind: 'primitive',
  name: 'UnblockChannels',
  doc: 'Lays blocked channels out plainly.',
  infer: ([x]) => {
    requireFloat('UnblockChannels', 'its operand', x);
    return [x];
  },
  gradient: () => [onlyLowered],
  evaluate: ([x], { block }) => [permuteChannels(x.shape, x.data, block, 'unblock')],
  emit: (e, inputs, { outputs: [y] }) => {
    const [, channels] = nchw(y.shape);
    return e.op('ReorderOutput', inputs, { channels }, { domain: 'com.microsoft.nchwc' });
  },
  samples: [8, 16].map((block) => ({ inputs: [{ shape: [2, 2 * block, 3, 2] }], attributes: { block } })),
};

export const unblockChannels = (x: Value, block: number): Value => apply(UnblockChannels, [x], { block })[0];
