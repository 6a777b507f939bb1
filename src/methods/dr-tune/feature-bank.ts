import { at } from '../../errors.js';
import { concat, float32, int32, slice, type Tensor, type Value } from '../../graph/ops.js';
import { Random } from '../../random.js';
import type { PrepareTools } from '../prepare.js';

/** A choice of training images, as the pretrained network sees them. */
export interface FilledBank {
  /** [size, d] */
  readonly features: Tensor<'float32'>;
  /** [size] */
  readonly labels: Tensor<'int32'>;
}

/** Pretrained features of the training images in random order; where these are too few, the same order once more. */
export async function fillBank(tools: PrepareTools, size: number): Promise<FilledBank> {
  const { features, labels } = await tools.features('train');
  const [n, d] = [at(features.shape, 0), at(features.shape, 1)];
  const order = new Random(tools.seed, 'subset').shuffle(Int32Array.from({ length: n }, (_, i) => i));
  const chosen = Int32Array.from({ length: size }, (_, i) => at(order, i % n));
  const rows = new Float32Array(size * d);
  chosen.forEach((image, i) => {
    rows.set(features.data.subarray(image * d, (image + 1) * d), i * d);
  });
  return {
    features: float32([size, d], rows),
    labels: int32(
      [size],
      chosen.map((image) => at(labels, image)),
    ),
  };
}

/** The bank after a batch came in: first in, first out. Both are [., ...], the bank at least as long as the batch. */
export function enqueue(bank: Value, batch: Value): Value {
  const [size, incoming] = [at(bank.shape, 0), at(batch.shape, 0)];
  return incoming === size ? batch : concat([slice(bank, 0, incoming, size), batch], 0);
}
