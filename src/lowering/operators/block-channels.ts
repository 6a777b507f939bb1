import { requireFloat } from '../../graph/dtypes.js';
import type { Primitive } from '../../graph/operator.js';
import { apply, type Value } from '../../graph/value.js';
import { type Blocked, permuteChannels } from './blocked-memory.js';
import { onlyLowered } from './only-lowered.js';

/** [N,C,H,W] -> the same shape, in blocked memory. */
export const BlockChannels: Primitive<Blocked, 1, 1> = {
  kind: 'primitive',
  name: 'BlockChannels',
  doc: 'Lays channels out in blocks.',
  infer: ([x]) => {
    requireFloat('BlockChannels', 'its operand', x);
    return [x];
  },
  gradient: () => [onlyLowered],
  evaluate: ([x], { block }) => [permuteChannels(x.shape, x.data, block, 'block')],
  emit: (e, inputs) => e.op('ReorderInput', inputs, {}, { domain: 'com.microsoft.nchwc' }),
  samples: [8, 16].map((block) => ({ inputs: [{ shape: [2, 2 * block, 3, 2] }], attributes: { block } })),
};

export const blockChannels = (x: Value, block: number): Value => apply(BlockChannels, [x], { block })[0];
