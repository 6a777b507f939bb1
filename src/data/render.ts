import { AdarandError, at } from '../errors.js';
import { Random } from '../random.js';
import { type Augmentation, augment } from './augment.js';
import { decodeFailure, decodeImage } from './decode.js';
import { type Pixels, toRgb } from './image.js';
import { renderView } from './resample.js';
import { centreView } from './view.js';

/** One batch to be rendered: everything its pixels depend on, in a form that can be posted to a worker. */
export interface RenderJob {
  /** Each image as pixels, or as the path of a file to decode. */
  readonly images: readonly (Pixels | string)[];
  /** Numbers that name the images' random streams. */
  readonly streams: Int32Array;
  readonly imageSize: number;
  /** Files are decoded to at most this shorter side. */
  readonly shorterSide: number;
  readonly view: TrainingView | EvaluationView;
  /** Receives the pixels, `[rows, imageSize, imageSize, 3]`; rows beyond the sources repeat the last one. */
  readonly buffer: ArrayBuffer;
}

export interface TrainingView {
  readonly kind: 'training';
  readonly augmentation: Augmentation;
  readonly seed: number;
  readonly epoch: number;
}

export interface EvaluationView {
  readonly kind: 'evaluation';
  readonly resizeSize: number;
}

export interface Rendered {
  readonly buffer: ArrayBuffer;
  /** What had to be decoded, for the cache. */
  readonly decoded: readonly { readonly path: string; readonly image: Pixels }[];
}

/**
 * Renders a batch: decodes what is a file, crops, resizes, augments.
 *
 * @throws AdarandError `data.unreadable-image` when a file cannot be decoded (any more).
 */
export async function renderBatch(job: RenderJob): Promise<Rendered> {
  const images = await Promise.all(job.images.map((source) => load(source, job.shorterSide)));
  const bytes = job.imageSize ** 2 * 3;
  const target = new Uint8Array(job.buffer);
  images.forEach((image, row) => {
    renderRow(image, job, row, target.subarray(row * bytes, (row + 1) * bytes));
  });
  for (let row = images.length; row * bytes < target.length; row++) {
    target.copyWithin(row * bytes, (images.length - 1) * bytes, images.length * bytes);
  }
  const decoded = job.images.flatMap((path, row) => {
    const image = images[row];
    return typeof path === 'string' && image ? [{ path, image }] : [];
  });
  return { buffer: job.buffer, decoded };
}

function renderRow(image: Pixels, job: RenderJob, row: number, target: Uint8Array): void {
  const { view, imageSize } = job;
  if (view.kind === 'evaluation') {
    renderView(image, centreView(image, view.resizeSize, imageSize), imageSize, target);
    return;
  }
  const random = new Random(view.seed, 'augmentation', view.epoch, at(job.streams, row));
  augment(image, view.augmentation, imageSize, random, target);
}

async function load(source: Pixels | string, shorterSide: number): Promise<Pixels> {
  if (typeof source !== 'string') return toRgb(source);
  try {
    return await decodeImage(source, shorterSide);
  } catch (error) {
    throw new AdarandError(
      'data.unreadable-image',
      `${source} can no longer be read: ${decodeFailure(error)}`,
      'The file changed after the dataset was opened; restore it, or start again to have it skipped.',
      error,
    );
  }
}
