import { type Tensor, zeros } from '../graph/tensor.js';
import { Random } from '../random.js';
import { LABELS, ONE_HOT, PIXELS } from './classifier.js';
import type { HostScalar, NoiseInput } from './step-parts.js';

/** One batch of images as the data layer hands it over. */
export interface PixelBatch {
  /** [B, H, W, 3] */
  readonly pixels: Uint8Array;
  readonly labels: Int32Array;
  /** How many of the images are real; the rest is padding. */
  readonly count: number;
}

/** The buffers that carry each batch, its noise and its scalars into the graph: filled anew, never reallocated. */
export class Feeds {
  readonly tensors = new Map<string, Tensor>();
  readonly #pixels: Tensor<'uint8'>;
  readonly #labels: Tensor<'int32'>;
  readonly #oneHot: Tensor<'float32'>;
  readonly #noise: readonly { readonly input: NoiseInput; readonly tensor: Tensor<'float32'> }[];
  readonly #scalars: readonly { readonly value: HostScalar; readonly tensor: Tensor<'float32'> }[];

  constructor(
    shape: { readonly batchSize: number; readonly imageSize: number; readonly classes: number },
    noise: readonly NoiseInput[] = [],
    scalars: ReadonlyMap<string, HostScalar> = new Map(),
  ) {
    const { batchSize, imageSize, classes } = shape;
    const add = <T extends Tensor>(name: string, tensor: T): T => {
      this.tensors.set(name, tensor);
      return tensor;
    };
    this.#pixels = add(PIXELS, zeros('uint8', [batchSize, imageSize, imageSize, 3]));
    this.#labels = add(LABELS, zeros('int32', [batchSize]));
    this.#oneHot = add(ONE_HOT, zeros('float32', [batchSize, classes]));
    this.#noise = noise.map((input) => ({ input, tensor: add(input.name, zeros('float32', input.shape)) }));
    this.#scalars = [...scalars].map(([name, value]) => ({ value, tensor: add(name, zeros('float32', [])) }));
  }

  setBatch({ pixels, labels }: PixelBatch): void {
    this.#pixels.data.set(pixels);
    this.#labels.data.set(labels);
    this.#oneHot.data.fill(0);
    const classes = this.#oneHot.shape[1] ?? 1;
    labels.forEach((label, i) => {
      this.#oneHot.data[i * classes + label] = 1;
    });
  }

  /** The noise of batch `batch` (counted over the whole run) is a function of the seed and that number alone. */
  drawNoise(seed: number, batch: number): void {
    this.#noise.forEach(({ input, tensor }, which) => {
      const random = new Random(seed, 'noise', batch, which);
      const { data } = tensor;
      if (input.distribution === 'normal') for (let i = 0; i < data.length; i++) data[i] = random.normal();
      else for (let i = 0; i < data.length; i++) data[i] = random.uniform();
    });
  }

  setScalars(step: number, totalSteps: number): void {
    for (const { value, tensor } of this.#scalars) tensor.data[0] = value({ step, totalSteps });
  }
}
