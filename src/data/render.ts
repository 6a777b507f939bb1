import { AdarandError, at } from '../errors.js';
import { Random } from '../random.js';
import { type Augmentation, augment } from './augment.js';
import { isWorthKeeping } from './cache.js';
import { decodeFailure, decodeImage } from './decode.js';
import { decodeForEvaluation, renderEvaluation } from './evaluation-pixels.js';
import { isWhole, type Pixels, toRgb } from './image.js';
import { inLanes } from './lanes.js';

/** One batch to be rendered: everything its pixels depend on, in a form that can be posted to a worker. */
export interface RenderJob {
  readonly images: readonly ImageSource[];
  /** Numbers that name the images' random streams. */
  readonly streams: Int32Array;
  readonly imageSize: number;
  /** For training, files are decoded to at most this shorter side. */
  readonly shorterSide: number;
  readonly view: TrainingView | EvaluationView;
  /** Receives the pixels, `[rows, imageSize, imageSize, 3]`; rows beyond the sources repeat the last one. */
  readonly buffer: ArrayBuffer;
}

/**
 * An image as pixels, as the path of a file to decode, as a file that was decoded already and for which evaluation is to say
 * what it has made of it, or as that.
 */
export type ImageSource = Pixels | string | DecodedFile | { readonly rendered: Uint8Array };

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
  /** What had to be decoded, for the cache: the image as it is decoded for training, or what evaluation made of it. */
  readonly decoded: readonly (DecodedFile | RenderedFile)[];
}

export interface DecodedFile {
  readonly path: string;
  readonly image: Pixels;
}

export interface RenderedFile {
  readonly path: string;
  readonly resizeSize: number;
  readonly rendered: Uint8Array;
}

/**
 * Renders a batch: decodes what is a file, crops, resizes, augments.
 *
 * @throws AdarandError `data.unreadable-image` when a file cannot be decoded (any more).
 */
export async function renderBatch(job: RenderJob): Promise<Rendered> {
  const bytes = job.imageSize ** 2 * 3;
  const target = new Uint8Array(job.buffer);
  const found = await inLanes(job.images, (source, row) =>
    renderRow(source, job, row, target.subarray(row * bytes, (row + 1) * bytes)),
  );
  for (let row = job.images.length; row * bytes < target.length; row++) {
    target.copyWithin(row * bytes, (job.images.length - 1) * bytes, job.images.length * bytes);
  }
  return { buffer: job.buffer, decoded: found.flat() };
}

async function renderRow(
  source: ImageSource,
  job: RenderJob,
  row: number,
  target: Uint8Array,
): Promise<readonly (DecodedFile | RenderedFile)[]> {
  const { view, imageSize, shorterSide } = job;
  if (typeof source === 'object' && 'rendered' in source) {
    target.set(source.rendered);
    return [];
  }
  if (view.kind === 'training') {
    const image = await load(source, (path) => decodeImage(path, shorterSide));
    const random = new Random(view.seed, 'augmentation', view.epoch, at(job.streams, row));
    augment(image, view.augmentation, imageSize, random, target);
    return typeof source === 'string' ? [{ path: source, image }] : [];
  }
  const image = await load(source, (path) => decodeForEvaluation(path, imageSize));
  const { resizeSize } = view;
  renderEvaluation(image, { resizeSize, imageSize }, target);
  const path = typeof source === 'string' ? source : 'path' in source ? source.path : undefined;
  if (path === undefined) return [];
  const whole = typeof source === 'string' && isWhole(image, shorterSide) ? [{ path, image }] : [];
  if (whole.length > 0 && !isWorthKeeping(target.length, image)) return whole;
  const rendered = new Uint8Array(new SharedArrayBuffer(target.length));
  rendered.set(target);
  return [...whole, { path, resizeSize, rendered }];
}

async function load(
  source: Pixels | DecodedFile | string,
  decode: (path: string) => Promise<Pixels>,
): Promise<Pixels> {
  if (typeof source !== 'string') return toRgb('image' in source ? source.image : source);
  try {
    return await decode(source);
  } catch (error) {
    throw new AdarandError(
      'data.unreadable-image',
      `${source} can no longer be read: ${decodeFailure(error)}`,
      'The file changed after the dataset was opened; restore it, or start again to have it skipped.',
      error,
    );
  }
}
