import sharp from 'sharp';
import { convert } from './known-formats.js';
import { COMPRESSION, PHOTOMETRIC, tiffNumbers } from './tiff-directory.js';

/** A file that is no picture that can be read, with what it is. */
export class UnreadableFormat extends Error {}

/**
 * A TIFF may hold measurements that are no picture, where nothing says which of the numbers is white, and colours that are
 * not converted.
 *
 * @throws UnreadableFormat unless samples are unsigned with 8 or 16 bits, and are grey, of a palette, RGB or CMYK, or YCbCr
 * that is decoded to RGB.
 */
export async function refuseMeasurements(tiff: Uint8Array): Promise<void> {
  const numbers = tiffNumbers(tiff);
  const photometric = numbers.get(PHOTOMETRIC);
  const colours = photometric === undefined ? 'known' : coloursOf(photometric);
  if (colours !== 'known' && colours !== 'YCbCr') throw new UnreadableFormat(`${colours}, ${convert}`);
  const { depth, channels, space } = await sharp(tiff).metadata();
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw new UnreadableFormat(
      `TIFF with samples of type ${depth}, ${convert.replace('it to', 'it to 8-bit')}`,
    );
  }
  // What it converts to RGB, because the colours have fewer samples than the pixels, has an alpha channel, too.
  if (colours === 'YCbCr' && numbers.get(COMPRESSION) !== JPEG && channels !== 4)
    throw new UnreadableFormat(`TIFF in YCbCr that is not compressed as JPEG, ${convert}`);
  if (channels > 4) throw new UnreadableFormat(`TIFF with ${channels} channels, ${convert}`);
  if (channelsOf.get(space)?.includes(channels) !== true)
    throw new UnreadableFormat(
      `TIFF with ${channels} ${channels === 1 ? 'channel' : 'channels'} of unknown colours, ${convert}`,
    );
}

const JPEG = 7;

/** Channels that are converted to sRGB: those of the colours, and in most spaces one of transparency. */
const channelsOf: ReadonlyMap<string, readonly number[]> = new Map([
  ['b-w', [1, 2]],
  ['grey16', [1, 2]],
  ['srgb', [3, 4]],
  ['rgb16', [3, 4]],
  ['cmyk', [4]],
]);

/** What a TIFF's photometric interpretation says that its samples are. */
function coloursOf(photometric: number): string {
  // White is zero, black is zero, RGB, palette, CMYK.
  if ([0, 1, 2, 3, 5].includes(photometric)) return 'known';
  if (photometric === 6) return 'YCbCr';
  return others.get(photometric) ?? `TIFF with photometric interpretation ${photometric}`;
}

const others: ReadonlyMap<number, string> = new Map([
  [4, 'TIFF of a mask'],
  [8, 'TIFF in CIELab'],
  [9, 'TIFF in ICCLab'],
  [10, 'TIFF in ITULab'],
  [32803, "TIFF of a camera's sensor"],
  [32844, 'TIFF of logarithms of brightness (LogL)'],
  [32845, 'TIFF of logarithms of brightness (LogLuv)'],
  [34892, "TIFF of a camera's sensor"],
  [51177, 'TIFF of distances'],
]);
