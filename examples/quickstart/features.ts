import { evalBatches, ImageCache, openDataset } from '../../src/data/index.js';
import { compileOptionsFor } from '../../src/run/device/compile-options.js';
import { compileRunModel } from '../../src/run/use/compile-run-model.js';
import { openRunModel } from '../../src/run/use/run-model.js';

/** Features of n images, as a finished run's network sees them. */
export interface Features {
  /** [n, d], row-major. */
  readonly values: Float32Array;
  readonly d: number;
  /** [n] */
  readonly labels: Int32Array;
}

/** Features of at most `limit` of the test images in `data`; the split's order is random, so these are too. */
export async function testFeatures(run: string, data: string, limit: number): Promise<Features> {
  const model = await openRunModel(run, { emit() {} });
  const { imageSize, resizeSize } = model.network.preprocessing;
  const d = model.network.featureSize;
  const images = (await openDataset(data, { seed: 0 })).test.images.slice(0, limit);
  const batchSize = Math.min(50, images.length);
  const compile = await compileOptionsFor('cpu', undefined);
  const { state, evaluator } = await compileRunModel(model, batchSize, compile);
  const values = new Float32Array(images.length * d);
  const cache = new ImageCache({ imageSize });
  let row = 0;
  await evaluator.forEach(
    state,
    evalBatches(images, { batchSize, imageSize, resizeSize, cache }),
    ({ features }) => values.set(features, d * row++),
  );
  await evaluator.release();
  return { values, d, labels: Int32Array.from(images, ({ label }) => label) };
}
