import { at } from '../../errors.js';
import type { Primitive } from '../../graph/operator.js';
import { nchw } from '../../graph/shapes.js';
import { apply, type Value } from '../../graph/value.js';
import { type Blocked, permuteChannels } from './blocked-memory.js';
import { onlyLowered } from './only-lowered.js';

/** Rows of channels [N,H,W,C] -> maps [N,C,H,W], in blocked memory. */
export const BlockRows: Primitive<Blocked, 1, 1> = {
  kind: 'primitive',
  name: 'BlockRows',
  doc: 'Lays rows of channels out in blocks.',
  infer: ([rows]) => {
    const [batch, height, width, channels] = nchw(rows.shape, 'BlockRows: rows');
    return [{ dtype: rows.dtype, shape: [batch, channels, height, width] }];
  },
  gradient: () => [onlyLowered],
  evaluate: ([rows], { block }, [y]) => [
    permuteChannels(y.shape, mapsOf(rows.data, y.shape), block, 'block'),
  ],
  emit: (e, inputs) => e.op('ReorderInput', inputs, { channels_last: 1 }, { domain: 'com.microsoft.nchwc' }),
  samples: [8, 16].map((block) => ({ inputs: [{ shape: [2, 3, 2, 2 * block] }], attributes: { block } })),
};

export const blockRows = (rows: Value, block: number): Value => apply(BlockRows, [rows], { block })[0];

function mapsOf(rows: Float64Array, shape: readonly number[]): Float64Array {
  const [, channels, height, width] = nchw(shape);
  const area = height * width;
  return rows.map((_, i) => {
    const map = Math.floor(i / area);
    return at(rows, (Math.floor(map / channels) * area + (i % area)) * channels + (map % channels));
  });
}
