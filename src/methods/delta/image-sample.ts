import { type Tensor, zeros } from '../../graph/tensor.js';
import { Random } from '../../random.js';
import type { PrepareTools } from '../prepare.js';

/** Images with their labels; every row is an image of its own. */
export interface ImageBatch {
  /** [N, H, W, 3] */
  readonly pixels: Tensor<'uint8'>;
  /** [N, K] */
  readonly oneHot: Tensor<'float32'>;
}

/**
 * Training images drawn at random without repetition, in up to `batches` full batches of `batchSize` (of all images,
 * where there are fewer). Not simply the first ones: those of a folder all belong to its first classes.
 */
export async function sampleTrainingImages(
  tools: PrepareTools,
  { batches, batchSize }: { readonly batches: number; readonly batchSize: number },
): Promise<ImageBatch[]> {
  const available = tools.count('train');
  const size = Math.min(batchSize, available);
  const wanted = size * Math.min(batches, Math.floor(available / size));
  const positions = Int32Array.from({ length: available }, (_, i) => i);
  const chosen = new Random(tools.seed, 'subset').shuffle(positions).subarray(0, wanted);
  const sample: ImageBatch[] = [];
  for await (const { pixels, labels } of tools.batches('train', size, chosen)) {
    const oneHot = zeros('float32', [size, tools.classes]);
    labels.forEach((label, i) => {
      oneHot.data[i * tools.classes + label] = 1;
    });
    sample.push({ pixels: { ...pixels, data: pixels.data.slice() }, oneHot });
  }
  return sample;
}
