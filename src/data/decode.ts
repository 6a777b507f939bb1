import { readFile } from 'node:fs/promises';
import sharp, { type Metadata } from 'sharp';
import { messageOf } from '../errors.js';
import { systemCode } from '../files/system-code.js';
import { refuseMeasurements, UnreadableFormat } from './formats.js';
import type { Pixels } from './image.js';
import { formatThatCannotBeRead, isTiff, mayBeRead } from './known-formats.js';
import { isLostName, LOST_NAME } from './lost-name.js';

/** Of what decodes: another one may give other pixels. */
export const decoderVersion = `sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`;

// Each picture is decoded once or with fresh options: libvips' own cache would only hold memory.
sharp.cache(false);

/**
 * Decodes an image file (a path, or its bytes) to 8-bit sRGB, in shared memory.
 *
 * EXIF orientation is applied. Grey, CMYK and 16-bit images are converted; transparency is laid over white (what
 * a viewer shows; dropping the alpha channel would reveal whatever colour lies under it). Of an animation, the
 * first frame. An image whose shorter side exceeds `shorterSide` is shrunk to it, aspect ratio kept; JPEG and
 * WebP shrink while they decode, which is why a 12,000-pixel photograph is cheap. With `upTo`, as much is kept of up to
 * that shorter side as is at most 16 million pixels.
 *
 * @throws UnreadableFormat for a file that is known to be of another kind, TooManyPixels, the system's errors, and what
 *   sharp throws for a file it cannot read in full; `decodeFailure` puts all of them in words.
 */
export async function decodeImage(
  file: string | Uint8Array,
  shorterSide: number,
  upTo = shorterSide,
): Promise<Pixels> {
  const bytes = typeof file === 'string' ? await readFile(file) : file;
  if (bytes.length === 0) throw new UnreadableFormat('empty file');
  const format = formatThatCannotBeRead(bytes);
  // What else the library can read (SVG, by a renderer of documents) is not given to it: images come from strangers, too.
  if (!mayBeRead(bytes))
    throw new UnreadableFormat(format ?? 'not an image, or a format that cannot be read');
  try {
    if (isTiff(bytes)) await refuseMeasurements(bytes);
    const size = await sharp(bytes).metadata();
    refuseVast(size, shorterSide);
    return await decode(bytes, Math.max(shorterSide, Math.min(upTo, roomySide(size))));
  } catch (error) {
    throw format === undefined ? error : new UnreadableFormat(format, { cause: error });
  }
}

/** Pixels of an image in a format that is decoded as a whole, of any after it was shrunk, and of one that is kept large. */
const MAXIMUM_WHOLE = 2 ** 26;
const MAXIMUM_KEPT = 2 ** 25;
const MAXIMUM_LARGE = 2 ** 24;

/**
 * Looks at an image's header, before memory is taken for its pixels. One that is thin is not shrunk, however long it is.
 *
 * @throws TooManyPixels
 */
function refuseVast({ width, height, isProgressive, format }: Metadata, shorterSide: number): void {
  const shrink = Math.min(1, shorterSide / Math.min(width, height));
  const kept = width * shrink * height * shrink;
  const isWhole = format === 'heif' || format === 'gif' || (format === 'png' && isProgressive);
  const tooLarge = kept > Math.max(MAXIMUM_KEPT, 4 * shorterSide ** 2);
  if (tooLarge || (isWhole && width * height > MAXIMUM_WHOLE))
    throw new TooManyPixels(`too many pixels: ${width} x ${height}`);
}

/** The shorter side at which an image has as many pixels as one that is kept large may have. */
function roomySide({ width, height }: Metadata): number {
  return Math.floor(Math.min(width, height) * Math.sqrt(MAXIMUM_LARGE / (width * height)));
}

/** An image that would take more memory than a photograph can. */
class TooManyPixels extends Error {}

async function decode(bytes: Uint8Array, shorterSide: number): Promise<Pixels> {
  const { data, info } = await sharp(bytes, { failOn: 'truncated' })
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

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'not there: a broken link, or removed by now',
  EACCES: 'no permission to read',
  EPERM: 'no permission to read',
  ELOOP: 'a link that leads to itself',
  ENAMETOOLONG: 'a path that is too long',
  EISDIR: 'a folder',
};

/** Why a file could not be decoded, in a few words for a report. */
export function decodeFailure(error: unknown): string {
  if (error instanceof UnreadableFormat || error instanceof TooManyPixels) return error.message;
  const code = systemCode(error);
  if (code === 'ENOENT' && error instanceof Error && isLostName(error.message)) return LOST_NAME;
  if (code !== undefined) return systemReasons[code] ?? `cannot be read: ${code}`;
  const text = messageOf(error);
  if (/unsupported image format|can not handle image/i.test(text))
    return 'not an image, or a format that cannot be read';
  // libvips has one text for all its threads, and now and then another one has taken it already: an unknown error.
  if (/premature end|unexpected end|read error|truncated|out of order|unknown error/i.test(text))
    return 'truncated or damaged';
  if (/pixel limit/i.test(text)) return 'too many pixels';
  return text.split('\n')[0]?.trim() || 'cannot be decoded';
}
