import { at } from '../errors.js';
import { type Shape, sizeOf, type Tensor, zeros } from '../graph/tensor.js';
import { Random } from '../random.js';
import type { Survey } from './survey.js';

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
  survey: Survey,
  { batches, batchSize }: { readonly batches: number; readonly batchSize: number },
): Promise<ImageBatch[]> {
  const available = survey.count('train');
  const size = Math.min(batchSize, available);
  const wanted = size * Math.min(batches, Math.floor(available / size));
  const positions = Int32Array.from({ length: available }, (_, i) => i);
  const chosen = new Set(new Random(survey.seed, 'subset').shuffle(positions).subarray(0, wanted));

  const sample: ImageBatch[] = [];
  let position = 0;
  let row = 0;
  for await (const { pixels, labels, count } of survey.batches('train', size)) {
    const image = sizeOf(pixels.shape.slice(1));
    for (let i = 0; i < count; i++) {
      if (!chosen.has(position++)) continue;
      if (row % size === 0) sample.push(emptyBatch(pixels.shape, survey.classes));
      const batch = at(sample, sample.length - 1);
      batch.pixels.data.set(pixels.data.subarray(i * image, (i + 1) * image), (row % size) * image);
      batch.oneHot.data[(row % size) * survey.classes + at(labels, i)] = 1;
      if (++row === wanted) return sample;
    }
  }
  return sample;
}

function emptyBatch(shape: Shape, classes: number): ImageBatch {
  return { pixels: zeros('uint8', shape), oneHot: zeros('float32', [at(shape, 0), classes]) };
}
