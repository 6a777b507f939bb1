import { at, invariant } from '../errors.js';
import { float32, type Tensor } from '../graph/tensor.js';
import type { PixelBatch, TrainingBatch } from './feeds.js';

/** A batch of B images as `count` batches of B / count, in their order. Nothing is copied. */
export function microBatches(batch: TrainingBatch, count: number): readonly TrainingBatch[] {
  if (count === 1) return [batch];
  const { mixture, source } = batch;
  return Array.from({ length: count }, (_, which) => {
    const range = (length: number) => {
      invariant(length % count === 0, `${length} numbers cannot be cut into ${count} equal parts`);
      return [(which * length) / count, ((which + 1) * length) / count] as const;
    };
    const labels = (of: Int32Array) => of.subarray(...range(of.length));
    const images = (of: PixelBatch): PixelBatch => ({
      pixels: of.pixels.subarray(...range(of.pixels.length)),
      labels: labels(of.labels),
      count: of.labels.length / count,
    });
    return {
      ...images(batch),
      mixture: mixture && { ...mixture, labels: labels(mixture.labels) },
      source: source && images(source),
    };
  });
}

/** What a step says of a batch: of its micro-batches, the mean of each scalar, and the rows [B, ...] one below the other. */
export class BatchOutputs {
  readonly #parts = new Map<string, Tensor<'float32'>[]>();

  /** Copies what is said of the next micro-batch. */
  add(outputs: ReadonlyMap<string, Tensor>): void {
    for (const [name, { shape, data }] of outputs) {
      const part = float32(shape, Float32Array.from(data, Number));
      this.#parts.set(name, [...(this.#parts.get(name) ?? []), part]);
    }
  }

  get tensors(): ReadonlyMap<string, Tensor<'float32'>> {
    return new Map([...this.#parts].map(([name, parts]) => [name, joined(parts)]));
  }
}

function joined(parts: readonly Tensor<'float32'>[]): Tensor<'float32'> {
  const numbers = parts.flatMap(({ data }) => [...data]);
  const [rows, ...row] = at(parts, 0).shape;
  if (rows === undefined) return float32([], [numbers.reduce((sum, each) => sum + each, 0) / parts.length]);
  return float32([rows * parts.length, ...row], numbers);
}
