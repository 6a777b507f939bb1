import sharp from 'sharp';
import { convert } from './known-formats.js';

/** A file that is no picture that can be read, with what it is. */
export class UnreadableFormat extends Error {}

/**
 * A TIFF may hold measurements that are no picture: nothing says which of the numbers is white.
 *
 * @throws UnreadableFormat unless samples are unsigned with 8 or 16 bits, in at most four channels.
 */
export async function refuseMeasurements(tiff: Uint8Array): Promise<void> {
  const { depth, channels } = await sharp(tiff).metadata();
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw new UnreadableFormat(
      `TIFF with samples of type ${depth}, ${convert.replace('it to', 'it to 8-bit')}`,
    );
  }
  if (channels > 4) throw new UnreadableFormat(`TIFF with ${channels} channels, ${convert}`);
}
