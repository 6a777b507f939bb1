import { AdarandError } from '../errors.js';

/** Row-major 8-bit pixels, `data[(y * width + x) * channels + c]`; channels: 1 grey, 3 RGB, 4 RGBA. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array;
}

/** Where an image's pixels come from: a file that is decoded on demand, or memory. */
export type ImageRef =
  | { readonly kind: 'file'; readonly path: string }
  | ({ readonly kind: 'pixels' } & Pixels);

/** `label` is an index into the dataset's classes. */
export interface LabelledImage {
  readonly image: ImageRef;
  readonly label: number;
}

/** An image of a dataset, known by its content. */
export interface DatasetImage extends LabelledImage {
  /** A file's path inside the dataset's folder, with slashes; `train[7]` for an image in memory, by its position. */
  readonly name: string;
  /** SHA-256: of a file's bytes, or of width, height, channels and pixels of an image in memory. */
  readonly digest: string;
  /** What it looks like, for `nearEqual`; absent where there is too little contrast to know it again. */
  readonly descriptor?: string | undefined;
}

/** Whether an image that is shrunk to a shorter side when it is decoded is known to have kept all of its pixels. */
export function isWhole({ width, height }: Pixels, shorterSide: number): boolean {
  return Math.min(width, height) < shorterSide;
}

/** Grey is repeated into three channels; an alpha channel is laid over white, as `decodeImage` does. */
export function toRgb(image: Pixels): Pixels {
  const { width, height, channels, data } = image;
  if (channels === 3) return image;
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = channels === 4 ? (data[pixel * 4 + 3] ?? 255) / 255 : 1;
    for (let c = 0; c < 3; c++) {
      const value = data[pixel * channels + (channels === 1 ? 0 : c)] ?? 0;
      rgb[pixel * 3 + c] = Math.round(255 + (value - 255) * alpha);
    }
  }
  return { width, height, channels: 3, data: rgb };
}

/** @throws AdarandError `data.pixels` when an array's length is not width x height x channels. */
export function checkPixels(images: readonly LabelledImage[]): void {
  for (const { image } of images) {
    if (image.kind === 'file') continue;
    const expected = image.width * image.height * image.channels;
    if (expected < 1 || image.data.length !== expected) {
      throw new AdarandError(
        'data.pixels',
        `an image of ${image.width} x ${image.height} x ${image.channels} came with ${image.data.length} bytes`,
        'Give every in-memory image width x height x channels bytes, row by row, channels innermost.',
      );
    }
  }
}

/**
 * The same images with their pixels in one block of shared memory, so that a worker reads them without a copy.
 * Files, and pixels that are shared already, stay as they are.
 */
export function shareAll<Image extends LabelledImage>(images: readonly Image[]): Image[] {
  let bytes = 0;
  for (const { image } of images) {
    if (image.kind === 'pixels' && !isShared(image.data)) bytes += image.data.length;
  }
  const block = new SharedArrayBuffer(bytes);
  let offset = 0;
  return images.map((labelled) => {
    const { image } = labelled;
    if (image.kind === 'file' || isShared(image.data)) return labelled;
    const data = new Uint8Array(block, offset, image.data.length);
    data.set(image.data);
    offset += data.length;
    return { ...labelled, image: { ...image, data } };
  });
}

function isShared(data: Uint8Array): boolean {
  return data.buffer instanceof SharedArrayBuffer;
}
