import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { formatThatCannotBeRead, isTiff, refuseMeasurements, UnreadableFormat } from './formats.js';
import type { Pixels } from './image.js';

// Each picture is decoded once or with fresh options: libvips' own cache would only hold memory.
sharp.cache(false);

/**
 * Decodes an image file (a path, or its bytes) to 8-bit sRGB, in shared memory.
 *
 * EXIF orientation is applied. Grey, CMYK and 16-bit images are converted; transparency is laid over white (what
 * a viewer shows; dropping the alpha channel would reveal whatever colour lies under it). Of an animation, the
 * first frame. An image whose shorter side exceeds `shorterSide` is shrunk to it, aspect ratio kept; JPEG and
 * WebP shrink while they decode, which is why a 12,000-pixel photograph is cheap.
 *
 * @throws UnreadableFormat for a file that is known to be of another kind, TooManyPixels, and what sharp throws for a file it cannot
 *   read in full; `decodeFailure` puts both in words.
 */
export async function decodeImage(file: string | Uint8Array, shorterSide: number): Promise<Pixels> {
  try {
    if (typeof file === 'string' ? /\.tiff?$/i.test(file) : isTiff(file)) await refuseMeasurements(file);
    await refuseVast(file, shorterSide);
    return await decode(file, shorterSide);
  } catch (error) {
    const bytes = typeof file === 'string' ? await readFile(file).catch(() => undefined) : file;
    const format = bytes && formatThatCannotBeRead(bytes);
    throw format === undefined ? error : new UnreadableFormat(format, { cause: error });
  }
}

/** Pixels of an image in a format that is decoded as a whole, and of any after it was shrunk. */
const MAXIMUM_WHOLE = 2 ** 26;
const MAXIMUM_KEPT = 2 ** 25;

/**
 * Looks at an image's header, before memory is taken for its pixels. One that is thin is not shrunk, however long it is.
 *
 * @throws TooManyPixels
 */
async function refuseVast(file: string | Uint8Array, shorterSide: number): Promise<void> {
  const { width, height, isProgressive, format } = await sharp(file).metadata();
  const shrink = Math.min(1, shorterSide / Math.min(width, height));
  const kept = width * shrink * height * shrink;
  const isWhole = format === 'heif' || format === 'gif' || (format === 'png' && isProgressive);
  const tooLarge = kept > Math.max(MAXIMUM_KEPT, 4 * shorterSide ** 2);
  if (tooLarge || (isWhole && width * height > MAXIMUM_WHOLE))
    throw new TooManyPixels(`too many pixels: ${width} x ${height}`);
}

/** An image that would take more memory than a photograph can. */
class TooManyPixels extends Error {}

async function decode(file: string | Uint8Array, shorterSide: number): Promise<Pixels> {
  const { data, info } = await sharp(file, { failOn: 'truncated' })
    .autoOrient()
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .resize({
      width: shorterSide,
      height: shorterSide,
      fit: 'outside',
      withoutEnlargement: true,
      kernel: 'linear',
    })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`decoded to ${info.channels} channels`);
  const shared = new Uint8Array(new SharedArrayBuffer(data.length));
  shared.set(data);
  return { width: info.width, height: info.height, channels: 3, data: shared };
}

/** Why a file could not be decoded, in a few words for a report. */
export function decodeFailure(error: unknown): string {
  if (error instanceof UnreadableFormat || error instanceof TooManyPixels) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  if (/empty/i.test(text)) return 'empty file';
  if (/input file is missing/i.test(text)) return 'there is no such file';
  if (/unsupported image format/i.test(text)) return 'not an image, or a format that cannot be read';
  // libvips has one text for all its threads, and now and then another one has taken it already: an unknown error.
  if (/premature end|unexpected end|read error|truncated|out of order|unknown error/i.test(text))
    return 'truncated or damaged';
  if (/pixel limit/i.test(text)) return 'too many pixels';
  return text.split('\n')[0]?.trim() || 'cannot be decoded';
}
