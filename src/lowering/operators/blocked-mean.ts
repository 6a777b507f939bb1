import { mean } from '../../analysis/statistics.js';
import type { Primitive } from '../../graph/operator.js';
import { nchw } from '../../graph/shapes.js';
import { apply, type Value } from '../../graph/value.js';
import { type Blocked, permuteChannels } from './blocked-memory.js';
import { onlyLowered } from './only-lowered.js';

/** [N,C,1,1] of a blocked x [N,C,H,W]. Maps of one pixel lie plainly as they lie in blocks. */
export const BlockedMean: Primitive<Blocked, 1, 1> = {
  kind: 'primitive',
  name: 'BlockedMean',
  doc: 'Mean of each blocked map: global average pooling.',
  infer: ([x]) => {
    const [batch, channels] = nchw(x.shape, 'BlockedMean: x');
    return [{ dtype: x.dtype, shape: [batch, channels, 1, 1] }];
  },
  gradient: () => [onlyLowered],
  evaluate: ([x], { block }) => {
    const [batch, channels, height, width] = nchw(x.shape);
    const data = permuteChannels(x.shape, x.data, block, 'unblock');
    const area = height * width;
    return [
      Float64Array.from({ length: batch * channels }, (_, i) =>
        mean(data.subarray(i * area, (i + 1) * area)),
      ),
    ];
  },
  emit: (e, inputs) => e.op('GlobalAveragePool', inputs, {}, { domain: 'com.microsoft.nchwc' }),
  samples: [8, 16].map((block) => ({ inputs: [{ shape: [2, 2 * block, 3, 2] }], attributes: { block } })),
};

export const blockedMean = (x: Value, block: number): Value => apply(BlockedMean, [x], { block })[0];
