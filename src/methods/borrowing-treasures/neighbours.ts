import { at } from '../../errors.js';
import {
  add,
  constant,
  float32,
  log,
  matmul,
  mul,
  reduceSum,
  reshape,
  sub,
  type Tensor,
  type Value,
} from '../../graph/ops.js';
import { floatsOf } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import type { PrepareTools } from '../prepare.js';
import { NearestLists } from './nearest-lists.js';

/** How the histograms of an image lie in its descriptor: channel by channel, layer by layer. */
export interface DescriptorLayout {
  /** Channels of each layer. */
  readonly channels: readonly number[];
  /** Bins of each channel. */
  readonly bins: number;
}

/** D, the numbers of a descriptor. */
export const descriptorSize = ({ channels, bins }: DescriptorLayout): number =>
  bins * channels.reduce((sum, count) => sum + count, 0);

/** Keeps logarithms of empty bins finite: the spacing of doubles at 1. */
const EPSILON = 2.2204e-16;

/**
 * Symmetric Kullback-Leibler divergences [T, P] of descriptors a [T, D] and p [P, D], as products of matrices:
 *
 *   d(a, p) = sum_c w_c sum_b (a ln((a + e) / (p + e)) + p ln((p + e) / (a + e))) / 2
 *           = a.l(a) + p.l(p) - a.l(p) - p.l(a),   l(x) = w / 2 ln(bins (x + e))
 *
 * w_c = 0.5 / (channels of c's layer). The factor `bins` cancels, as a constant does; it brings l close to 0, since
 * bins hold about 1 / bins each: single precision then ranks well.
 */
export function histogramDistances(a: Value, p: Value, layout: DescriptorLayout): Value {
  const targets = at(a.shape, 0);
  const sources = at(p.shape, 0);
  const size = descriptorSize(layout);
  const halves = layout.channels.flatMap((count) =>
    new Array<number>(count * layout.bins).fill(0.25 / count),
  );
  const weights = constant(float32([1, size], halves));
  const weightedLog = (x: Value) => mul(log(mul(add(x, EPSILON), layout.bins)), weights);
  const logA = weightedLog(a);
  const logP = weightedLog(p);
  const ownA = reduceSum(mul(a, logA), [1]);
  const ownP = reshape(reduceSum(mul(p, logP), [1]), [1, sources]);
  const crossed = add(matmul(a, logP, { transposeB: true }), matmul(logA, p, { transposeB: true }));
  return sub(add(reshape(ownA, [targets, 1]), ownP), crossed);
}

/** Rows of one product of matrices, on either side. */
const TILE = 256;

/**
 * The nearest sources of each target, [n, length]: positions in `sources`, nearest first. `targets` are n descriptors in
 * a row; `sources` come one by one, each valid until the next, and are not kept. Distances are in single precision, which
 * orders all that is not closer than rounding; of equal ones the first source counts as nearer.
 */
export async function nearestNeighbours(
  tools: Pick<PrepareTools, 'compile'>,
  targets: Float32Array,
  sources: AsyncIterable<Float32Array>,
  { length, ...layout }: DescriptorLayout & { readonly length: number },
): Promise<Tensor<'int32'>> {
  const size = descriptorSize(layout);
  const count = targets.length / size;
  const rows = Math.min(TILE, count);
  const a = input('targets', { dtype: 'float32', shape: [rows, size] });
  const p = input('sources', { dtype: 'float32', shape: [TILE, size] });
  const tile = float32(p.shape, new Float32Array(TILE * size));
  const lists = new NearestLists(count, length);
  const computation = await tools.compile(new Map([['distances', histogramDistances(a, p, layout)]]));

  const offerTile = async (first: number, filled: number) => {
    for (let next = 0; next < count; next += rows) {
      // The last tile of targets reaches back, so as to be full.
      const start = Math.min(next, count - rows);
      const part = float32(a.shape, targets.subarray(start * size, (start + rows) * size));
      const outputs = await computation.run(
        new Map([
          ['targets', part],
          ['sources', tile],
        ]),
      );
      const distances = floatsOf(outputs, 'distances');
      for (let row = next; row < start + rows; row++)
        for (let j = 0; j < filled; j++)
          lists.offer(row, first + j, distances.data[(row - start) * TILE + j] ?? 0);
    }
  };

  try {
    let seen = 0;
    for await (const descriptor of sources) {
      tile.data.set(descriptor, (seen % TILE) * size);
      if (++seen % TILE === 0) await offerTile(seen - TILE, TILE);
    }
    if (seen % TILE > 0) await offerTile(seen - (seen % TILE), seen % TILE);
  } finally {
    await computation.release();
  }
  return lists.sorted();
}
