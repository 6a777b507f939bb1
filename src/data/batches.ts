import { setImmediate as nextTurn } from 'node:timers/promises';
import { AdarandError, at } from '../errors.js';
import { Random } from '../random.js';
import type { Augmentation } from './augment.js';
import type { ImageCache } from './cache.js';
import type { LabelledImage } from './image.js';
import { renderInWorker } from './pool.js';
import type { ImageSource, Rendered, RenderJob } from './render.js';

/**
 * A batch of images. `pixels` is lent: it is valid until the next batch is asked for. Its memory is then
 * moved to the worker that fills it again, and its length becomes 0, so that a late read is noticed.
 */
export interface Batch {
  /** `[batchSize, imageSize, imageSize, 3]`, RGB. */
  readonly pixels: Uint8Array;
  /** `[batchSize]`, indices into the dataset's classes. */
  readonly labels: Int32Array;
  /** How many of the rows are images of their own; the rows after them repeat the last one. */
  readonly count: number;
  /** `[batchSize]`, the images' positions in the given list. */
  readonly indices: Int32Array;
}

export interface BatchOptions {
  readonly batchSize: number;
  readonly imageSize: number;
  readonly cache: ImageCache;
  /** Batches rendered ahead, in worker threads, while the consumer works on the current one. Default 3. */
  readonly prefetch?: number;
}

export interface TrainBatchOptions extends BatchOptions {
  readonly augmentation: Augmentation;
  readonly seed: number;
  readonly epoch: number;
  /** Steps of this epoch that are already done: the epoch goes on after them. Default 0. */
  readonly firstStep?: number;
}

/** What the order of an epoch's images depends on, beside the images. */
export type OrderOptions = Pick<TrainBatchOptions, 'batchSize' | 'seed' | 'epoch' | 'firstStep'>;

export interface EvalBatchOptions extends BatchOptions {
  /** The shorter side is resized to this before the central `imageSize` square is taken. */
  readonly resizeSize: number;
}

/**
 * One epoch of training batches: shuffled by (seed, epoch), the last partial batch dropped. Every batch is a
 * function of (images, options): neither the cache nor the place where an interrupted epoch goes on changes it.
 *
 * @throws AdarandError `data.batch-too-large` when there are fewer images than one batch;
 *   `data.unreadable-image` when a file has gone since the dataset was opened.
 */
export async function* trainBatches(
  images: readonly LabelledImage[],
  options: TrainBatchOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { augmentation, seed, epoch } = options;
  const steps = epochSteps(images.length, options).map((indices) => ({ indices, streams: indices }));
  yield* rendered(images, steps, { kind: 'training', augmentation, seed, epoch }, options);
}

/**
 * The images of each training batch of an epoch, as positions in the list, from `firstStep` on.
 *
 * @throws AdarandError `data.batch-too-large`.
 */
export function epochSteps(
  images: number,
  { batchSize, seed, epoch, firstStep = 0 }: OrderOptions,
): Int32Array[] {
  if (images < batchSize) {
    throw new AdarandError(
      'data.batch-too-large',
      `a batch of ${batchSize} cannot be filled from ${images} training images`,
      `Choose a batch size of at most ${images}.`,
    );
  }
  const order = new Random(seed, 'order', epoch).shuffle(Int32Array.from({ length: images }, (_, i) => i));
  const steps: Int32Array[] = [];
  for (let start = firstStep * batchSize; start + batchSize <= order.length; start += batchSize) {
    steps.push(order.subarray(start, start + batchSize));
  }
  return steps;
}

/**
 * Training batches of images that the caller chose, as positions in the list, for the steps from `firstStep` on. An image
 * may occur more than once: each time it is augmented anew.
 */
export function chosenBatches(
  images: readonly LabelledImage[],
  steps: readonly Int32Array[],
  options: TrainBatchOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { augmentation, seed, epoch, batchSize, firstStep = 0 } = options;
  const chosen = steps.map((indices, i) => ({
    indices,
    streams: indices.map((_, row) => (firstStep + i) * batchSize + row),
  }));
  return rendered(images, chosen, { kind: 'training', augmentation, seed, epoch }, options);
}

/**
 * All images in their order, for evaluation; the last batch is filled up with repetitions of its last image.
 *
 * @throws AdarandError `data.unreadable-image` when a file has gone since the dataset was opened.
 */
export async function* evalBatches(
  images: readonly LabelledImage[],
  options: EvalBatchOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { batchSize, resizeSize } = options;
  const order = Int32Array.from(images, (_, index) => index);
  const steps: Step[] = [];
  for (let start = 0; start < order.length; start += batchSize) {
    const indices = order.subarray(start, start + batchSize);
    steps.push({ indices, streams: indices });
  }
  yield* rendered(images, steps, { kind: 'evaluation', resizeSize }, options);
}

/** The images of one batch, and the names of their random streams. */
interface Step {
  readonly indices: Int32Array;
  readonly streams: Int32Array;
}

/** Renders the steps' images in order, `prefetch` batches ahead, in a ring of `prefetch + 1` buffers. */
async function* rendered(
  images: readonly LabelledImage[],
  steps: readonly Step[],
  view: RenderJob['view'],
  options: BatchOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { batchSize, imageSize, cache, prefetch = 3 } = options;
  const bytes = batchSize * imageSize ** 2 * 3;
  const queue: { readonly indices: Int32Array; readonly result: Promise<Rendered> }[] = [];
  let next = 0;
  const enqueue = (buffer: ArrayBuffer) => {
    const step = steps[next++];
    if (!step) return;
    const indices = step.indices.slice();
    const streams = step.streams.slice();
    const toRender = Array.from(indices, (index) => sourceOf(at(images, index), view, cache));
    const { shorterSide } = cache;
    const result = renderInWorker({ images: toRender, streams, imageSize, shorterSide, view, buffer });
    // A failure is thrown when its batch's turn comes, if it comes.
    result.catch(() => undefined);
    queue.push({ indices, result });
  };
  try {
    for (let i = 0; i <= prefetch; i++) enqueue(new ArrayBuffer(bytes));
    for (let head = queue.shift(); head; head = queue.shift()) {
      const { buffer, decoded } = await head.result;
      for (const file of decoded) {
        if ('image' in file) cache.offer(file.path, file.image);
        else cache.offerRendered(file);
      }
      const pixels = new Uint8Array(buffer);
      yield { ...labelled(images, head.indices, batchSize), pixels };
      // A consumer that never waits would keep messages, signals and timers from being heard.
      await nextTurn();
      enqueue(buffer.byteLength === bytes ? buffer : new ArrayBuffer(bytes));
    }
  } finally {
    await Promise.allSettled(queue.map(({ result }) => result));
  }
}

function labelled(images: readonly LabelledImage[], indices: Int32Array, batchSize: number) {
  const count = indices.length;
  const rows = Int32Array.from({ length: batchSize }, (_, row) => at(indices, Math.min(row, count - 1)));
  return { indices: rows, labels: rows.map((index) => at(images, index).label), count };
}

function sourceOf({ image }: LabelledImage, view: RenderJob['view'], cache: ImageCache): ImageSource {
  if (image.kind === 'file') {
    const { path } = image;
    return view.kind === 'training' ? (cache.get(path) ?? path) : cache.forEvaluation(path, view.resizeSize);
  }
  const { width, height, channels, data } = image;
  return { width, height, channels, data };
}
