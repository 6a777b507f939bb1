import sharp from 'sharp';

/** A file that is no picture that can be read, with what it is. */
export class UnreadableFormat extends Error {}

const convert = 'not supported: convert it to JPEG or PNG';

/** How files begin that people take for readable images, and what to say of them; `latin1` text. */
const beginnings: readonly (readonly [RegExp, string])[] = [
  [/^.{4}ftyp(hei[cxms]|hev[cxms]|mif1|msf1)/s, `HEIC, ${convert}`],
  [/^.{4}ftypcrx /s, `a camera's raw file, ${convert}`],
  [/^BM/, `BMP, ${convert}`],
  [/^(.{4}jP {2}|\xffO\xffQ)/s, `JPEG 2000, ${convert}`],
  [/^(.{4}JXL |\xff\n)/s, `JPEG XL, ${convert}`],
  [/^8BPS/, `a Photoshop file, ${convert}`],
  [/^%PDF/, `PDF, ${convert}`],
  [/^\s*<(!doctype\s+)?html/i, 'a web page, not an image'],
  [/^version https:\/\/git-lfs/, 'a pointer of Git LFS, not the image: fetch it with "git lfs pull"'],
];

/** What a file is that could not be decoded, where its first bytes tell. */
export function formatThatCannotBeRead(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  return beginnings.find(([beginning]) => beginning.test(text))?.[1];
}

export function isTiff(bytes: Uint8Array): boolean {
  return /^(II[*+]|MM.[*+])/s.test(Buffer.from(bytes.subarray(0, 4)).toString('latin1'));
}

/**
 * A TIFF may hold measurements that are no picture: nothing says which of the numbers is white.
 *
 * @throws UnreadableFormat unless samples are unsigned with 8 or 16 bits, in at most four channels.
 */
export async function refuseMeasurements(tiff: string | Uint8Array): Promise<void> {
  const { depth, channels } = await sharp(tiff).metadata();
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw new UnreadableFormat(
      `TIFF with samples of type ${depth}, ${convert.replace('it to', 'it to 8-bit')}`,
    );
  }
  if (channels > 4) throw new UnreadableFormat(`TIFF with ${channels} channels, ${convert}`);
}
