import type { Pixels } from '../data/image.js';
import { convert, formatThatCannotBeRead, isTiff } from '../data/known-formats.js';
import { isTruncated } from './is-truncated.js';
import { Unreadable } from './unreadable.js';

/**
 * Decodes a picture to RGB: upright as its EXIF data say, over white where it is transparent, of an animation the first
 * frame. One that is many times larger than the network's images is shrunk as far as evaluation would shrink it.
 *
 * @throws Unreadable
 */
export async function readPicture(
  file: Blob,
  imageSize: number,
): Promise<Pixels & { readonly original: Size }> {
  const bitmap = await decode(file);
  try {
    const { width, height } = bitmap;
    return { ...shrunk(bitmap, shrinkFactor(bitmap, imageSize)), original: { width, height } };
  } finally {
    bitmap.close();
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

async function decode(file: Blob): Promise<ImageBitmap> {
  const bytes = new Uint8Array(await file.arrayBuffer().catch(() => unreadable('it can no longer be read')));
  if (bytes.length === 0) unreadable('empty file');
  if (isTruncated(bytes)) unreadable('truncated or damaged');
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return unreadable(
      formatThatCannotBeRead(bytes) ??
        (isTiff(bytes) ? `TIFF, ${convert}` : 'damaged, too large, or no picture that this browser reads'),
    );
  }
}

function unreadable(reason: string): never {
  throw new Unreadable(reason);
}

/** As evaluation does (`decodeForEvaluation`), one filter shrinks pictures of up to eight times the network's side. */
function shrinkFactor({ width, height }: Size, imageSize: number): number {
  const shorter = Math.min(width, height);
  const roomy = Math.sqrt(2 ** 24 / (width * height)) * shorter;
  return Math.max(1, Math.ceil(shorter / Math.max(2 * imageSize, Math.min(8 * imageSize, roomy))));
}

/** Means of `factor` x `factor` pixels, drawn in bands: a large picture is never in memory twice. */
function shrunk(bitmap: ImageBitmap, factor: number): Pixels {
  const width = Math.ceil(bitmap.width / factor);
  const height = Math.ceil(bitmap.height / factor);
  const data = new Uint8Array(width * height * 3);
  const rows = Math.min(height, Math.max(1, Math.floor(2 ** 22 / (bitmap.width * factor))));
  const context = new OffscreenCanvas(bitmap.width, rows * factor).getContext('2d', {
    alpha: false,
    willReadFrequently: true,
  });
  if (context === null) return unreadable('this browser gives no memory for it');
  context.fillStyle = 'white';
  for (let row = 0; row < height; row += rows) {
    const top = row * factor;
    const bandHeight = Math.min(rows * factor, bitmap.height - top);
    context.fillRect(0, 0, bitmap.width, bandHeight);
    context.drawImage(bitmap, 0, -top);
    const band = context.getImageData(0, 0, bitmap.width, bandHeight);
    for (let y = 0; y * factor < bandHeight; y++) {
      meanRow(band, y * factor, factor, data.subarray((row + y) * width * 3, (row + y + 1) * width * 3));
    }
  }
  return { width, height, channels: 3, data };
}

function meanRow(band: ImageData, top: number, factor: number, target: Uint8Array): void {
  const { width, height, data } = band;
  const bottom = Math.min(height, top + factor);
  for (let x = 0, to = 0; x < width; x += factor) {
    const right = Math.min(width, x + factor);
    const count = (right - x) * (bottom - top);
    for (let channel = 0; channel < 3; channel++, to++) {
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let i = x; i < right; i++) sum += data[4 * (y * width + i) + channel] ?? 0;
      }
      target[to] = Math.round(sum / count);
    }
  }
}
