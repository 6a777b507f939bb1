import { at } from '../../../errors.js';
import { writeOnnx } from '../../../graph/onnx/write.js';
import { zeros } from '../../../graph/tensor.js';
import { input } from '../../../graph/value.js';
import type { Preprocessing } from '../../../nn/network.js';
import type { CompileOptions } from '../../../runtime/program.js';
import type { PixelBatch } from '../../../training/feeds.js';
import { PIXELS } from '../../../training/input-names.js';
import { normalize } from '../../../training/normalize.js';
import type { ClassifierGraph } from '../classifier-graph.js';
import { TRACED_IMAGES } from '../free-batch.js';
import { withImages } from './with-images.js';

/**
 * The logits of a classifier's graph for each image of batches of `TRACED_IMAGES`, as ONNX Runtime computes its file:
 * nothing is lowered. The array is a view that the next batch overwrites.
 */
export async function* classify(
  { logits, stored }: ClassifierGraph,
  preprocessing: Preprocessing,
  batches: AsyncIterable<PixelBatch>,
  { driver, device, threads }: CompileOptions,
): AsyncGenerator<Float32Array, void, undefined> {
  const { imageSize } = preprocessing;
  const images = zeros('uint8', [TRACED_IMAGES, imageSize, imageSize, 3]);
  const results = withImages([logits], normalize(input(PIXELS, images), preprocessing));
  const model = writeOnnx({ outputs: new Map([['logits', at(results, 0)]]), initializers: stored }, device);
  const session = await driver.createSession(model, threads === undefined ? { device } : { device, threads });
  const rows = zeros('float32', logits.shape);
  const classes = at(logits.shape, 1);
  try {
    for await (const { pixels, count } of batches) {
      images.data.set(pixels);
      await session.run(new Map([[PIXELS, images]]), new Map([['logits', rows]]));
      for (let i = 0; i < count; i++) yield rows.data.subarray(i * classes, (i + 1) * classes);
    }
  } finally {
    await session.release();
  }
}
