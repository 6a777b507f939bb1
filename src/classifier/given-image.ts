import { resolve } from 'node:path';
import { AdarandError } from '../errors.js';
import type { SentImage } from './messages.js';

/** Rows of 8-bit pixels, channels innermost: 1 grey, 3 RGB, 4 RGBA, which is laid over white. */
export interface PixelImage {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

/** A path, the bytes of an image file, or pixels. */
export type ClassifiedImage = string | Uint8Array | PixelImage;

/**
 * An image as it is sent, called `name` where it has none.
 *
 * @throws AdarandError `predict.no-image`, `data.pixels`.
 */
export function sentImage(image: ClassifiedImage, name: string): SentImage {
  if (typeof image === 'string' && image !== '') return { name: image, image: resolve(image) };
  if (image instanceof Uint8Array) return { name, image };
  if (typeof image !== 'object' || image === null || !isBytes(image.data))
    throw new AdarandError(
      'predict.no-image',
      `${name} is no image`,
      'Give a path, the bytes of an image file (a Uint8Array), or { data, width, height, channels }.',
    );
  const { data, width, height, channels } = image;
  const whole = [width, height].every((side) => Number.isInteger(side) && side > 0);
  if (!whole || ![1, 3, 4].includes(channels) || data.length !== width * height * channels)
    throw new AdarandError(
      'data.pixels',
      `${name} of ${width} x ${height} pixels and ${channels} channels came with ${data.length} bytes`,
      'Give width x height x channels bytes, row by row, channels innermost; channels are 1, 3 or 4.',
    );
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { name, image: { data: bytes, width, height, channels } };
}

function isBytes(data: unknown): boolean {
  return data instanceof Uint8Array || data instanceof Uint8ClampedArray;
}
