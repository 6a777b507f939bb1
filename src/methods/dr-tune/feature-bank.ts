import { cast } from '../../graph/operators/cast.js';
import { concat } from '../../graph/operators/concat.js';
import { equal } from '../../graph/operators/equal.js';
import { reshape } from '../../graph/operators/reshape.js';
import { slice } from '../../graph/operators/slice.js';
import { float32, type Tensor } from '../../graph/tensor.js';
import { constant, type Value } from '../../graph/value.js';
import { Random } from '../../random.js';
import type { PrepareTools } from '../prepare.js';

/** A choice of training images, as the frozen network sees them. */
export interface FilledBank {
  /** [size, d] */
  readonly features: Tensor<'float32'>;
  /** [size], class indices as floats. */
  readonly labels: Tensor<'float32'>;
}

/** Source features of the training images in random order; where these are too few, the same order once more. */
export async function fillBank(tools: PrepareTools, size: number): Promise<FilledBank> {
  const { features, labels } = await tools.features('train');
  const [n = 0, d = 0] = features.shape;
  const order = new Random(tools.seed, 'subset').shuffle(Int32Array.from({ length: n }, (_, i) => i));
  const chosen = Int32Array.from({ length: size }, (_, i) => order[i % n] ?? 0);
  const rows = new Float32Array(size * d);
  chosen.forEach((image, i) => {
    rows.set(features.data.subarray(image * d, (image + 1) * d), i * d);
  });
  return {
    features: float32([size, d], rows),
    labels: float32(
      [size],
      Float32Array.from(chosen, (image) => labels[image] ?? 0),
    ),
  };
}

/** The bank after a batch came in: first in, first out. Both are [., ...], the bank at least as long as the batch. */
export function enqueue(bank: Value, batch: Value): Value {
  const [size = 0] = bank.shape;
  const [incoming = 0] = batch.shape;
  return incoming === size ? batch : concat([slice(bank, 0, incoming, size), batch], 0);
}

/** Class indices as floats, [M], to rows of zeros and a one: [M, classes]. */
export function oneHotRows(labels: Value, classes: number): Value {
  const all = float32(
    [1, classes],
    Float32Array.from({ length: classes }, (_, k) => k),
  );
  return cast(equal(reshape(labels, [labels.shape[0] ?? 0, 1]), constant(all)), 'float32');
}
