import { at, invariant } from '../errors.js';
import { type Tensor, zeros } from '../graph/tensor.js';
import { Random } from '../random.js';
import { LABELS, ONE_HOT, PIXELS, sourceInput } from './input-names.js';
import { fillNoise } from './noise.js';
import type { HostScalar, NoiseInput, UpdatePosition } from './step-parts.js';
import { mirror } from './test-time-augmentation.js';

/** One batch of images as the data layer hands it over. */
export interface PixelBatch {
  /** [B, H, W, 3] */
  readonly pixels: Uint8Array;
  readonly labels: Int32Array;
  /** How many of the images are real; the rest is padding. */
  readonly count: number;
}

/** What was mixed into each image of a batch: image i has `1 - share` of another image, whose class is `labels[i]`. */
export interface Mixture {
  readonly labels: Int32Array;
  /** Of the batch's own labels; 0.5 to 1. */
  readonly share: number;
}

/** A batch to train on. */
export interface TrainingBatch extends PixelBatch {
  /** Present where the images are mixtures of two. */
  readonly mixture?: Mixture | undefined;
  /** Source images that go along with it, for a method that wants them. */
  readonly source?: PixelBatch | undefined;
}

export interface FeedShape {
  readonly batchSize: number;
  readonly imageSize: number;
  readonly classes: number;
}

/** What a step's graph wants besides the batch. */
export interface FeedInputs {
  readonly noise: readonly NoiseInput[];
  readonly scalars: ReadonlyMap<string, HostScalar>;
  readonly sourceClasses: number;
}

/** The buffers that carry each batch, its noise and its scalars into the graph: filled anew, never reallocated. */
export class Feeds {
  readonly tensors = new Map<string, Tensor>();
  readonly #batch: BatchBuffers;
  readonly #source: BatchBuffers | undefined;
  readonly #noise: readonly { readonly input: NoiseInput; readonly tensor: Tensor<'float32'> }[];
  readonly #scalars: readonly { readonly value: HostScalar; readonly tensor: Tensor<'float32'> }[];

  constructor(shape: FeedShape, { noise, scalars, sourceClasses }: FeedInputs = nothingElse) {
    const add = (name: string, tensor: Tensor<'float32'>) => {
      this.tensors.set(name, tensor);
      return tensor;
    };
    this.#batch = new BatchBuffers(shape, this.tensors, (name) => name);
    if (sourceClasses > 0)
      this.#source = new BatchBuffers({ ...shape, classes: sourceClasses }, this.tensors, sourceInput);
    this.#noise = noise.map((input) => ({ input, tensor: add(input.name, zeros('float32', input.shape)) }));
    this.#scalars = [...scalars].map(([name, value]) => ({ value, tensor: add(name, zeros('float32', [])) }));
  }

  setBatch({ source, ...batch }: TrainingBatch): void {
    this.#batch.set(batch);
    if (this.#source === undefined) return;
    invariant(source !== undefined, 'the batch has no source images');
    this.#source.set(source);
  }

  /** Mirrors the images of the batch that was set. */
  mirrorBatch(): void {
    this.#batch.mirror();
  }

  /** The noise of batch `batch` (counted over the whole run) is a function of the seed and that number alone. */
  drawNoise(seed: number, batch: number): void {
    this.#noise.forEach(({ input, tensor }, which) => {
      fillNoise(tensor.data, input.distribution, new Random(seed, 'noise', batch, which));
    });
  }

  setScalars(position: UpdatePosition): void {
    for (const { value, tensor } of this.#scalars) tensor.data[0] = value(position);
  }
}

const nothingElse: FeedInputs = { noise: [], scalars: new Map(), sourceClasses: 0 };

/** Pixels, labels and one-hot rows of one kind of images. */
class BatchBuffers {
  readonly #pixels: Tensor<'uint8'>;
  readonly #labels: Tensor<'int32'>;
  readonly #oneHot: Tensor<'float32'>;

  constructor(
    { batchSize, imageSize, classes }: FeedShape,
    into: Map<string, Tensor>,
    rename: (name: string) => string,
  ) {
    this.#pixels = zeros('uint8', [batchSize, imageSize, imageSize, 3]);
    this.#labels = zeros('int32', [batchSize]);
    this.#oneHot = zeros('float32', [batchSize, classes]);
    into.set(rename(PIXELS), this.#pixels);
    into.set(rename(LABELS), this.#labels);
    into.set(rename(ONE_HOT), this.#oneHot);
  }

  set({ pixels, labels, mixture }: Omit<TrainingBatch, 'source'>): void {
    this.#pixels.data.set(pixels);
    this.#labels.data.set(labels);
    this.#oneHot.data.fill(0);
    this.#addShares(labels, mixture?.share ?? 1);
    if (mixture !== undefined) this.#addShares(mixture.labels, 1 - mixture.share);
  }

  mirror(): void {
    const { data, shape } = this.#pixels;
    mirror(data, at(shape, 2));
  }

  #addShares(labels: Int32Array, share: number): void {
    const { data, shape } = this.#oneHot;
    const classes = at(shape, 1);
    labels.forEach((label, i) => {
      invariant(label >= 0 && label < classes, `the label ${label} is one of ${classes} classes`);
      const cell = i * classes + label;
      data[cell] = at(data, cell) + share;
    });
  }
}
