import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AdarandError, messageOf } from '../errors.js';
import { noImage } from '../run/use/no-image.js';
import { unreadable } from '../run/use/unreadable-image.js';
import type { SentImage } from './messages.js';

/** Rows of 8-bit pixels, channels innermost: 1 grey, 3 RGB, 4 RGBA, which is laid over white. */
export interface PixelImage {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

/** The bytes of an image file, with what errors call it. */
export interface NamedImage {
  readonly name: string;
  readonly bytes: Uint8Array | ArrayBuffer;
}

/** A `URL` of a file. */
export interface FileUrl {
  readonly href: string;
}

/** A `Blob`, a `File` or a `Response` with the bytes of an image file. */
export interface ImageBlob {
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A path, the URL of a file, the bytes of an image file in one of several forms, or pixels. */
export type ClassifiedImage =
  | string
  | FileUrl
  | Uint8Array
  | ArrayBuffer
  | ImageBlob
  | NamedImage
  | PixelImage;

/**
 * An image as it is sent, called `name` where it has none. Bytes and pixels are copied before the call returns: whoever gave
 * them may write the next image to the same memory.
 *
 * @throws AdarandError `predict.no-image`, `predict.unreadable-image`, `data.pixels`.
 */
export async function sentImage(image: ClassifiedImage, name: string): Promise<SentImage> {
  if (typeof image === 'string' && image !== '') return { name: image, image: resolve(image) };
  const bytes = bytesOf(image);
  if (bytes !== undefined) return { name, image: bytes };
  // What a program without types gives may be anything.
  if (typeof image !== 'object' || image === null) throw notGiven(image, name);
  if ('href' in image && typeof image.href === 'string') return ofUrl(image.href);
  if ('arrayBuffer' in image && typeof image.arrayBuffer === 'function') return ofBlob(image, name);
  if ('bytes' in image && typeof image.name === 'string') {
    const named = bytesOf(image.bytes);
    if (named !== undefined && image.name !== '') return { name: image.name, image: named };
  }
  if ('data' in image && isPixels(image.data)) return ofPixels(image, name);
  throw notGiven(image, name);
}

/** A copy of bytes. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  return value instanceof ArrayBuffer ? new Uint8Array(value.slice(0)) : undefined;
}

function ofUrl(href: string): SentImage {
  const path = pathOf(href);
  if (path !== undefined) return { name: path, image: path };
  const { code, message, hint } = noImage(
    href,
    'is not the URL of a file here',
    'Give a path, or a file: URL.',
  );
  throw new AdarandError(code, message, hint);
}

/** Undefined for a URL of something else, and for a file of another machine. */
function pathOf(href: string): string | undefined {
  try {
    return fileURLToPath(href);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

async function ofBlob(blob: ImageBlob, name: string): Promise<SentImage> {
  try {
    return { name, image: new Uint8Array(await blob.arrayBuffer()) };
  } catch (error) {
    const { code, message, hint } = unreadable(name, messageOf(error));
    throw new AdarandError(code, message, hint, error);
  }
}

function ofPixels({ data, width, height, channels }: PixelImage, name: string): SentImage {
  const whole = [width, height].every((side) => Number.isInteger(side) && side > 0);
  if (!whole || ![1, 3, 4].includes(channels) || data.length !== width * height * channels)
    throw new AdarandError(
      'data.pixels',
      `${name} of ${width} x ${height} pixels and ${channels} channels came with ${data.length} bytes`,
      'Give width x height x channels bytes, row by row, channels innermost; channels are 1, 3 or 4.',
    );
  return { name, image: { data: new Uint8Array(data), width, height, channels } };
}

function isPixels(data: unknown): boolean {
  return data instanceof Uint8Array || data instanceof Uint8ClampedArray;
}

function notGiven(given: unknown, name: string): AdarandError {
  return new AdarandError(
    'predict.no-image',
    `${name} is no image: it is ${kindOf(given)}`,
    'Give a path, a file: URL, the bytes of an image file (a Uint8Array, an ArrayBuffer, a Blob or { name, bytes }), or { data, width, height, channels }.',
  );
}

function kindOf(given: unknown): string {
  if (given === '') return 'an empty text';
  if (given === null || given === undefined) return String(given);
  if (Array.isArray(given)) return 'an array';
  if (typeof given !== 'object') return `a ${typeof given}`;
  const keys = Object.keys(given);
  return ArrayBuffer.isView(given) || keys.length === 0
    ? `a value of the class ${given.constructor?.name ?? 'null'}`
    : `an object with ${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', ...' : ''}`;
}
