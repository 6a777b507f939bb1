import { at } from '../../../errors.js';
import { neg, reduceMax, reshape } from '../../../graph/ops.js';
import { floatsOf, sizeOf, type Tensor } from '../../../graph/tensor.js';
import { input, type Value } from '../../../graph/value.js';
import type { Preprocessing } from '../../../nn/network.js';
import { type CompileOptions, Program } from '../../../runtime/program.js';
import { State } from '../../../runtime/state.js';
import { Feeds, type PixelBatch } from '../../../training/feeds.js';
import { PIXELS } from '../../../training/input-names.js';
import { normalize } from '../../../training/normalize.js';
import { TRACED_IMAGES } from '../free-batch.js';
import type { Range } from './levels.js';
import { withImages } from './with-images.js';

/** Values of a classifier's graph, the tensors that it reads, and what its images are. */
export interface MeasuredValues {
  readonly values: readonly Value[];
  readonly stored: ReadonlyMap<string, Tensor>;
  readonly preprocessing: Preprocessing;
}

/**
 * The range of each value over batches of `TRACED_IMAGES` images. A program of the graph computes it, so that of each
 * batch no more than two numbers for a value are kept.
 */
export async function rangesOf(
  { values, stored, preprocessing }: MeasuredValues,
  batches: AsyncIterable<PixelBatch>,
  compile: CompileOptions,
): Promise<Range[]> {
  const { imageSize } = preprocessing;
  const pixels = input(PIXELS, { dtype: 'uint8', shape: [TRACED_IMAGES, imageSize, imageSize, 3] });
  const outputs = new Map<string, Value>();
  withImages(values, normalize(pixels, preprocessing)).forEach((value, i) => {
    const all = reshape(value, [sizeOf(value.shape)]);
    outputs.set(`high:${i}`, reduceMax(all, [0]));
    outputs.set(`low:${i}`, neg(reduceMax(neg(all), [0])));
  });
  const state = new State();
  for (const [name, tensor] of stored) state.add(name, tensor);
  const feeds = new Feeds({ batchSize: TRACED_IMAGES, imageSize, classes: 1 });
  const program = await Program.compile({ outputs, updates: new Map() }, compile);
  const ranges = values.map((): Range => ({ low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }));
  try {
    for await (const batch of batches) {
      feeds.setBatch({ ...batch, labels: new Int32Array(TRACED_IMAGES) });
      const found = await program.run(state, feeds.tensors);
      ranges.forEach(({ low, high }, i) => {
        ranges[i] = {
          low: Math.min(low, at(floatsOf(found, `low:${i}`).data, 0)),
          high: Math.max(high, at(floatsOf(found, `high:${i}`).data, 0)),
        };
      });
    }
  } finally {
    await program.release();
  }
  return ranges;
}
