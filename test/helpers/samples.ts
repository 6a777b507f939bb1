import type { SampleInput } from '../../src/graph/sample.js';
import { sizeOf, type Tensor, type TensorType } from '../../src/graph/tensor.js';
import { Random } from '../../src/random.js';

/** Draws a sample's input: float elements in its range, at a distance from its kinks, distinct where it asks. */
export function drawSample(spec: SampleInput, seed: number): Float64Array {
  const size = sizeOf(spec.shape);
  if (spec.values !== undefined) return Float64Array.from(spec.values);
  const random = new Random(seed, 'test');
  const [low, high] = spec.range ?? [-1, 1];
  if (spec.distinct) {
    const ranks = random.shuffle(Float64Array.from({ length: size }, (_, i) => i));
    return ranks.map((rank) => low + ((high - low) * (rank + 0.5)) / size);
  }
  const kinks = spec.kinks ?? [];
  return new Float64Array(size).map(() => {
    for (;;) {
      const value = low + (high - low) * random.uniform();
      if (kinks.every((kink) => Math.abs(value - kink) > 0.05)) return Math.fround(value);
    }
  });
}

/** A double-precision array as a tensor of a graph's type. */
export function toTensor({ dtype, shape }: TensorType, data: Float64Array): Tensor {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: Float32Array.from(data) };
    case 'int32':
      return { dtype, shape, data: Int32Array.from(data) };
    case 'int64':
      return { dtype, shape, data: BigInt64Array.from(data, BigInt) };
    case 'int8':
      return { dtype, shape, data: Int8Array.from(data) };
    case 'uint8':
    case 'bool':
      return { dtype, shape, data: Uint8Array.from(data) };
  }
}

/** Largest absolute difference, relative to the reference's largest element (and at least to 1e-3). */
export function worstError(actual: ArrayLike<number | bigint>, expected: ArrayLike<number>): number {
  let worst = 0;
  let scale = 1e-3;
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Math.abs(Number(actual[i]) - Number(expected[i])));
    scale = Math.max(scale, Math.abs(Number(expected[i])));
  }
  return Number.isNaN(worst) || actual.length !== expected.length ? Number.POSITIVE_INFINITY : worst / scale;
}
