import { at, invariant } from '../../errors.js';
import { float32, type Tensor } from '../../graph/ops.js';
import { floatsOf } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import type { PrepareTools } from '../prepare.js';
import type { ImageBatch } from './image-sample.js';
import { type Attentions, weightedSquares } from './weighted-squares.js';

/**
 * What DELTA's weight is relative to, for each image: the penalty 1/2 sum_l ... ||F_l||^2 of a network whose maps have all
 * become 0. The published 0.01, for a sum over a batch of 64, would be 312 then; what suited runs of some hundred updates
 * best was about half a nat (docs/results.md#weights), which is what 0.01 stands for here.
 */
const REFERENCE = 50;

/** The factor [] on a weight for a sum over `images` images, of the mean over a sample of images. */
export async function mapScale(
  tools: PrepareTools,
  sample: readonly ImageBatch[],
  { attentions, images }: { readonly attentions: Attentions; readonly images: number },
): Promise<Tensor<'float32'>> {
  const [first] = sample;
  invariant(first !== undefined, 'a scale needs images');
  const pixels = input('pixels', first.pixels);
  const { featureMaps } = tools.network.features(tools.network.images(pixels));
  const computation = await tools.compile(new Map([['squares', weightedSquares(featureMaps, attentions)]]));
  try {
    let squares = 0;
    let count = 0;
    for (const batch of sample) {
      squares += at(floatsOf(await computation.run(new Map([['pixels', batch.pixels]])), 'squares').data, 0);
      count += at(batch.pixels.shape, 0);
    }
    return float32([], [REFERENCE / ((images * squares) / (2 * count))]);
  } finally {
    await computation.release();
  }
}
